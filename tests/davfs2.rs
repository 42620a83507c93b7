//! davfs2: the server as a directory of the machine. Left out, aloud, only where the kernel has no usable fuse.

use abri_house::{House, Stranger, body};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A mounted directory; unmounted whatever happens.
struct Mount {
    at: PathBuf,
}

impl Mount {
    /// davfs2 uploads in the background and finishes when unmounted.
    fn leave(&self) -> bool {
        Stranger::new("umount").arg(&self.at).wait(Duration::from_secs(90)).run().status.success()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = Stranger::new("umount").arg("-l").arg(&self.at).run();
        }
    }
}

fn mount(house: &House, at: &Path) -> Mount {
    let home = house.scratch("davfs");
    let config = home.join("davfs2.conf");
    // No delay before an upload, no look in the cache before a read: the server is the subject, not the cache.
    let text = format!(
        "use_locks 1\ndelay_upload 0\nask_auth 0\nuse_expect100 1\ngui_optimize 0\nsecrets {0}/secrets\n",
        home.display()
    );
    fs::write(&config, text).expect("a config");
    let url = house.url(&house.ada.files());
    let secrets = home.join("secrets");
    fs::write(&secrets, format!("{url} ada {}\n", house.ada.secret)).expect("secrets");
    // davfs2 refuses secrets that others may read.
    fs::set_permissions(&secrets, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("permissions");
    let outcome = Stranger::new("mount.davfs")
        .args([url.as_str(), at.to_str().expect("UTF-8"), "-o"])
        .arg(format!("conf={}", config.display()))
        .run();
    assert!(outcome.status.success(), "mount.davfs: {outcome}");
    Mount { at: at.into() }
}

#[test]
fn a_mounted_directory() {
    if fs::File::options().read(true).write(true).open("/dev/fuse").is_err() {
        println!("LEFT OUT: davfs2, because /dev/fuse cannot be opened on this machine");
        return;
    }
    let house = House::open();
    let at = house.scratch("mnt");
    let large = body::bytes(7, 3_000_000);

    let mounted = mount(&house, &at);
    fs::create_dir(at.join("Été 2024")).expect("a folder");
    fs::write(at.join("Été 2024/note.txt"), b"from the file system\n").expect("a file");
    fs::write(at.join("large.bin"), &large).expect("a file");
    fs::rename(at.join("Été 2024/note.txt"), at.join("Été 2024/renamed.txt")).expect("a rename");
    fs::write(at.join("gone.txt"), b"x").expect("a file");
    fs::remove_file(at.join("gone.txt")).expect("a removal");
    assert!(mounted.leave(), "umount uploads the rest");

    let mounted = mount(&house, &at);
    assert_eq!(fs::read(at.join("Été 2024/renamed.txt")).expect("a file"), b"from the file system\n");
    assert_eq!(fs::read(at.join("large.bin")).expect("a file"), large);
    // Names are asked for one by one: davfs2 1.6 cannot list any server's directory on kernels from 6.x on (EINVAL).
    assert!(at.join("Été 2024").is_dir());
    for gone in ["gone.txt", "Été 2024/note.txt"] {
        assert!(!at.join(gone).exists(), "{gone}");
    }
    assert!(mounted.leave(), "umount");
    house.close();
}
