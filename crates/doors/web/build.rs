//! Makes sure that there is something to embed: a page that says how to build the shell, when nobody has built it.

use std::fs;
use std::path::Path;

const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Abri</title>\n\
<h1>Abri is running</h1>\n<p>The screens were not built into this binary. In the source directory, run <code>make run</code>,\n\
or <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> and then <code>cargo build</code>.</p>\n\
<p>WebDAV clients can be used at once: <code>/dav/</code>.</p>\n</html>\n";

fn main() {
    let dist = Path::new("../../../web/dist");
    println!("cargo::rerun-if-changed=../../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    let index = dist.join("index.html");
    if !index.exists() {
        let made = fs::create_dir_all(dist).and_then(|()| fs::write(&index, PAGE));
        if let Err(error) = made {
            println!("cargo::error=web/dist cannot be made: {error}");
        }
    }
}
