//! The binary as an administrator meets it: every command, before the first start, while serving and after.

use abri_house::dav::propfind;
use abri_house::house::{PASSPHRASE, binary};
use abri_house::{Ask, House, Outcome, Stranger, body};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn look(house: &House, name: &str, secret: &str) -> u16 {
    house.ask_bare(propfind(&format!("/remote.php/dav/files/{name}/"), "0", "<d:getetag/>").basic(name, secret)).status
}

fn fails(outcome: &Outcome, says: &str) {
    assert!(!outcome.status.success(), "should fail: {outcome}");
    assert!(outcome.err.contains(says), "the complaint mentions {says:?}: {outcome}");
    assert!(
        !outcome.err.contains("panicked") && !outcome.err.contains("RUST_BACKTRACE"),
        "a complaint, not a crash: {outcome}"
    );
}

#[test]
fn the_first_start_offers_a_set_up_link() {
    let house = House::plan().bare().open();
    let said = house.said();
    let link = said.iter().find_map(|line| line.strip_prefix("set-up link: ")).unwrap_or_else(|| panic!("{said:?}"));
    let (page, token) = link.split_once('#').expect("the token is behind #, which browsers do not send to servers");
    assert!(page.starts_with(&house.url("/")) && page.ends_with("~/setup"), "{link}");
    assert!(token.len() >= 20, "{link}");
    house.ask_bare(Ask::new("GET", &format!("/auth/setup?token={token}"))).expect(&[204], "the link is good");
    house.ask_bare(Ask::new("GET", "/auth/setup?token=wrong")).expect(&[410], "another is not");
    let account = |name: &str| {
        Ask::new("POST", "/auth/setup").header("Content-Type", "application/json").header("X-Abri-Shell", "1").body(format!(
            r#"{{"token":"{token}","name":"{name}","public_name":"First","passphrase":"{PASSPHRASE}","locale":"fr"}}"#
        ))
    };
    let made = house.ask_bare(account("first")).expect(&[201], "the first account");
    let cookie = made.must_header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite"), "{cookie}");
    house.ask_bare(account("second")).expect(&[410], "the link is good once");
    assert_eq!(look(&house, "first", PASSPHRASE), 207);
    house.close();
}

#[test]
fn no_link_when_there_is_an_account() {
    let house = House::open();
    assert_eq!(house.said().len(), 1, "only `ready`: {:?}", house.said());
    house.close();
}

#[test]
fn the_address_of_ready_is_the_one_that_answers() {
    let house = House::open();
    assert_eq!(house.said().last(), Some(&format!("ready {}", house.url(""))));
    // Loopback only, unless told otherwise.
    assert!(house.address().ip().is_loopback());
    house.close();
}

#[test]
fn accounts() {
    let house = House::open();
    house.abri(&["user", "add", "zoe", "--quota", "1000000"]).input(format!("{PASSPHRASE}\n")).good();
    assert_eq!(look(&house, "zoe", PASSPHRASE), 207, "made while serving, there at once");
    let list = house.abri(&["user", "list"]).good();
    assert!(list.contains("ada") && list.contains("zoe"), "{list}");
    fails(&house.abri(&["user", "add", "zoe"]).input(format!("{PASSPHRASE}\n")).run(), "already");
    fails(&house.abri(&["user", "add", "weak"]).input("1234\n").run(), "passphrase");
    fails(&house.abri(&["user", "add", "empty"]).input("").run(), "passphrase");
    for bad in ["../evil", "a/b", "", "name with\nline", "."] {
        let outcome = house.abri(&["user", "add", bad]).input(format!("{PASSPHRASE}\n")).run();
        assert!(!outcome.status.success(), "{bad:?} is no account name: {outcome}");
    }

    let secret = house.app_password("zoe");
    assert_eq!(look(&house, "zoe", &secret), 207);
    assert_ne!(secret, house.app_password("zoe"), "each device has its own");
    fails(&house.abri(&["app-password", "nobody"]).run(), "nobody");

    house.abri(&["user", "passwd", "zoe"]).input("another fine passphrase of zoe\n").good();
    assert_eq!(look(&house, "zoe", PASSPHRASE), 401, "the old passphrase is over at once, caches too");
    assert_eq!(look(&house, "zoe", "another fine passphrase of zoe"), 207);

    house.abri(&["user", "quota", "zoe", "2000000"]).good();
    let room = |expected: i64| {
        let rows =
            abri_house::Multistatus::of(&house.ask_bare(
                propfind("/remote.php/dav/files/zoe/", "0", "<d:quota-available-bytes/>").basic("zoe", &secret),
            ));
        assert_eq!(rows.rows[0].dav("quota-available-bytes"), Some(expected.to_string().as_str()));
    };
    room(2_000_000);
    house.abri(&["user", "quota", "zoe", "none"]).good();
    room(-3);
    fails(&house.abri(&["user", "quota", "zoe", "lots"]).run(), "lots");

    house.abri(&["user", "disable", "zoe"]).good();
    assert_eq!(look(&house, "zoe", &secret), 401, "disabled at once, app passwords too");
    assert_eq!(look(&house, "ada", &house.ada.secret), 207);
    house.close();
}

#[test]
fn a_shared_space() {
    let house = House::open();
    let bob = house.account("bob", &[]);
    let space = house.shared_space("Family", &["ada", "bob"]);
    house.ask(Ask::new("PUT", &format!("{space}from-ada")).body("x")).expect(&[201], "ada writes");
    let got = house.ask_as(&bob, Ask::new("GET", &format!("/remote.php{space}from-ada"))).expect(&[200], "bob reads");
    assert_eq!(got.text(), "x");
    fails(&house.abri(&["space", "add", "Odd", "--member", "nobody"]).run(), "nobody");
    house.close();
}

/// Flips bytes in the middle of the largest stored object.
fn damage(dir: &Path) -> bool {
    fn largest(dir: &Path, best: &mut (u64, std::path::PathBuf)) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(found) = entry.metadata() else {
                continue;
            };
            let name = path.to_string_lossy().into_owned();
            if found.is_dir() {
                largest(&path, best);
            } else if found.len() > best.0
                && !name.contains(".sqlite")
                && !name.contains(".db")
                && !name.contains("-wal")
            {
                *best = (found.len(), path);
            }
        }
    }
    let mut best = (0, std::path::PathBuf::new());
    largest(dir, &mut best);
    let Ok(mut bytes) = fs::read(&best.1) else {
        return false;
    };
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&best.1, bytes).is_ok()
}

#[test]
fn check_is_silent_when_right_and_speaks_when_not() {
    let mut house = House::open();
    for number in 0..30 {
        house
            .ask(Ask::new("PUT", &format!("{}f{number}", house.ada.files())).body(body::bytes(number, 5_000)))
            .expect(&[201], "a file");
    }
    house
        .ask(Ask::new("PUT", &format!("{}large", house.ada.files())).body(body::bytes(1, 3_000_000)))
        .expect(&[201], "a file");
    // While serving, and when stopped.
    house.check();
    house.stop();
    house.check();
    let good = house.scratch("kept").join("data");
    Stranger::new("cp").arg("-a").arg(house.data()).arg(&good).good();
    assert!(damage(house.data()), "an object of 3 MB is a file somewhere");
    let outcome = house.abri(&["check"]).run();
    assert!(!outcome.status.success(), "a flipped byte is noticed: {outcome}");
    assert!(!outcome.out.is_empty() || !outcome.err.is_empty(), "and said where: {outcome}");
    fs::remove_dir_all(house.data()).expect("the damaged data");
    fs::rename(&good, house.data()).expect("the good data back");
    house.close();
}

#[test]
fn rebuild_makes_everything_derived_again() {
    let mut house = House::open();
    for number in 0..30 {
        house
            .ask(Ask::new("PUT", &format!("{}f{number}", house.ada.files())).body(body::bytes(number, 5_000)))
            .expect(&[201], "a file");
    }
    let listing =
        |house: &House| house.ask(propfind(&house.ada.files(), "1", "<d:getetag/><oc:fileid/><oc:size/>")).text();
    let before = listing(&house);
    house.stop();
    house.abri(&["rebuild"]).good();
    house.check();
    house.start();
    assert_eq!(listing(&house), before, "nothing that clients see has changed");
    house.close();
}

#[test]
fn backup_while_serving_and_restore() {
    let mut house = House::open();
    let root = house.ada.files();
    for number in 0..50 {
        house
            .ask(Ask::new("PUT", &format!("{root}f{number}")).body(body::bytes(number, 4_000 * number as usize)))
            .expect(&[201], "a file");
    }
    house.ask(Ask::new("PUT", &format!("{root}large")).body(body::bytes(99, 20_000_000))).expect(&[201], "a file");
    let to = house.scratch("backups").join("one");
    let to_text = to.to_str().expect("UTF-8").to_string();

    // Somebody works while the backup is made; the backup is some moment of that, whole.
    let stop = std::sync::atomic::AtomicBool::new(false);
    let address = house.address();
    let ada = house.ada.clone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut line = abri_house::Line::open(address).expect("a connection");
            for number in 0.. {
                if stop.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                let ask = Ask::new("PUT", &format!("{}busy{}", ada.files(), number % 7))
                    .basic(&ada.name, &ada.secret)
                    .body(body::bytes(number, 30_000));
                assert!(line.ask(&ask).expect("an answer").status < 300);
            }
        });
        house.abri(&["backup", &to_text]).good();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    // A second backup may take the place of the first, but not of somebody's other files.
    let foreign = house.scratch("holiday-photos");
    fs::write(foreign.join("beach.jpg"), b"jpeg").expect("a file");
    fails(&house.abri(&["backup", foreign.to_str().expect("UTF-8")]).run(), "holiday-photos");
    assert!(foreign.join("beach.jpg").exists());

    house.ask(Ask::new("DELETE", &format!("{root}f7"))).expect(&[204], "a mistake");
    // Never over what is there.
    house.stop();
    let over = house.abri(&["restore", &to_text]).run();
    assert!(!over.status.success(), "restore does not overwrite a house: {over}");
    fs::remove_dir_all(house.data()).expect("the disk is lost");
    house.abri(&["restore", &to_text]).good();
    house.check();
    house.start();
    for number in 0..50 {
        let got = house.ask(Ask::new("GET", &format!("{root}f{number}"))).expect(&[200], "restored");
        assert_eq!(got.body, body::bytes(number, 4_000 * number as usize));
    }
    assert_eq!(house.ask(Ask::new("GET", &format!("{root}large"))).body, body::bytes(99, 20_000_000));
    fails(&house.abri(&["restore", "/no/such/backup"]).run(), "/no/such/backup");
    house.close();
}

#[test]
fn doctor() {
    let house = House::open();
    let outcome = house.abri(&["doctor"]).run();
    let text = format!("{}{}", outcome.out, outcome.err);
    assert!(outcome.status.success(), "a healthy house: {outcome}");
    assert!(text.lines().count() >= 3, "it says what it looked at: {outcome}");
    let elsewhere = Stranger::new(binary()).args(["doctor", "--data", "/proc/nowhere"]).run();
    assert!(!elsewhere.status.success(), "a house that cannot be written: {elsewhere}");
    assert!(format!("{}{}", elsewhere.out, elsewhere.err).contains("/proc/nowhere"), "{elsewhere}");
    house.close();
}

#[test]
fn help_teaches() {
    let help = |words: &[&str]| Stranger::new(binary()).args(words).arg("--help").good();
    let top = help(&[]);
    for command in ["serve", "user", "app-password", "space", "check", "rebuild", "backup", "restore", "doctor"] {
        assert!(top.contains(command), "{command}: {top}");
    }
    for words in [
        &["serve"][..],
        &["user"],
        &["user", "add"],
        &["user", "passwd"],
        &["user", "disable"],
        &["user", "quota"],
        &["user", "list"],
        &["app-password"],
        &["space", "add"],
        &["check"],
        &["rebuild"],
        &["backup"],
        &["restore"],
        &["doctor"],
    ] {
        assert!(help(words).len() > 150, "abri {words:?} --help says too little");
    }
    assert!(help(&["serve"]).contains("--listen") && help(&["serve"]).contains("--data"));
    let version = Stranger::new(binary()).arg("--version").good();
    assert!(version.starts_with("abri "), "{version}");
    fails(&Stranger::new(binary()).arg("sevre").run(), "serve");
}

#[test]
fn configuration_by_file_environment_and_flag() {
    let house = House::open();
    let config = house.scratch("config").join("abri.toml");
    let serve = |text: &str| {
        fs::write(&config, text).expect("a config");
        Stranger::new(binary())
            .args(["serve", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(house.scratch("other"))
            .wait(Duration::from_secs(20))
            .run()
    };
    // A typing mistake must not silently be a default.
    fails(&serve("listne = \"127.0.0.1:0\"\n"), "listne");
    fails(&serve("listen = 7\n"), "listen");
    fails(&serve("listen = \"nowhere\"\n"), "nowhere");
    fails(&serve("not toml at all"), "abri.toml");
    let env = Stranger::new(binary())
        .args(["serve", "--data"])
        .arg(house.scratch("other"))
        .env("ABRI_LISTEN", "nowhere")
        .wait(Duration::from_secs(20))
        .run();
    fails(&env, "nowhere");
    house.close();
}

/// The sample names every key, and a server takes it as it stands.
#[test]
fn the_sample_configuration_is_one() {
    let house = House::open();
    let sample = Stranger::new(binary()).args(["config", "--sample"]).good();
    sample.parse::<toml::Table>().unwrap_or_else(|cause| panic!("not TOML: {cause}\n{sample}"));
    // Every commented key uncommented is understood as well.
    let named = sample
        .lines()
        .filter(|line| line.starts_with("# ") && line.contains(" = ") || line.starts_with('#') && line.contains(" = "))
        .count();
    assert!(named >= 10, "the sample explains its keys: {sample}");
    let file = house.scratch("config").join("abri.toml");
    fs::write(&file, &sample).expect("a config");
    Stranger::new(binary()).args(["config", "--config"]).arg(&file).good();
    house.close();
}

/// Several organisations on one server, told apart by host name: the same login is somebody else.
#[test]
fn organisations_by_host_name() {
    let house = House::open();
    house.abri(&["organisation", "add", "The choir", "--host", "choir.example"]).good();
    house
        .abri(&["user", "add", "ada", "--organisation", "choir.example"])
        .input("a different passphrase for the choir\n")
        .good();
    let look = |host: &str, secret: &str| {
        let ask = propfind("/remote.php/dav/files/ada/", "1", "<d:getetag/>").header("Host", host).basic("ada", secret);
        house.ask_bare(ask)
    };
    house
        .ask(Ask::new("PUT", &format!("{}only-here", house.ada.files())).body("x"))
        .expect(&[201], "a file of the first ada");
    assert_eq!(look("choir.example", "a different passphrase for the choir").status, 207);
    assert_eq!(look("choir.example", PASSPHRASE).status, 401, "another person");
    assert_eq!(look("cloud.example", "a different passphrase for the choir").status, 401, "another organisation");
    let theirs = look("choir.example", "a different passphrase for the choir").text();
    assert!(!theirs.contains("only-here"), "{theirs}");
    house.close();
}

#[test]
fn one_server_per_house() {
    let house = House::open();
    let second = house.abri(&["serve", "--listen", "127.0.0.1:0"]).wait(Duration::from_secs(20)).run();
    fails(&second, &house.data().display().to_string());
    house.ask(propfind(&house.ada.files(), "0", "<d:getetag/>")).expect(&[207], "the first goes on");
    let taken = Stranger::new(binary())
        .args(["serve", "--listen", &house.address().to_string(), "--data"])
        .arg(house.scratch("third"))
        .wait(Duration::from_secs(20))
        .run();
    fails(&taken, &house.address().port().to_string());
    house.close();
}

#[test]
fn a_graceful_stop_lets_an_upload_finish() {
    let mut house = House::open();
    let target = format!("{}slow", house.ada.files());
    let bytes = body::bytes(1, 2_000_000);
    let mut line = house.line();
    let ask = Ask::new("PUT", &target)
        .basic(&house.ada.name, &house.ada.secret)
        .header("Content-Length", bytes.len().to_string());
    line.send(&ask.head("abri")).expect("the head");
    line.send(&bytes[..1_000_000]).expect("one half");
    // Another request answered means that the server has got past accepting the first.
    house.ask(propfind(&house.ada.files(), "0", "<d:getetag/>")).expect(&[207], "it serves");
    house.signal(libc::SIGTERM);
    line.send(&bytes[1_000_000..]).expect("the other half");
    let finished = line.answer("PUT");
    let status = house.ends(abri_house::house::STOP_WAIT);
    assert!(status.success(), "{status}");
    house.start();
    let got = house.ask(Ask::new("GET", &target));
    match finished {
        Ok(answer) if answer.status == 201 => {
            assert_eq!(got.body, bytes, "acknowledged, so it is there")
        }
        Ok(answer) => {
            assert!(answer.status >= 500, "{answer}");
            assert_eq!(got.status, 404, "refused, so it is not there");
        }
        Err(_) => assert_eq!(got.status, 404, "not acknowledged; a cut upload leaves nothing"),
    }
    house.close();
}
