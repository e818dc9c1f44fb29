//! Debian's packages, where `apt-get` is: the way out when nothing nicer works.

use crate::report;
use crate::shell::{self, Outcome};
use std::process::Command;
use std::sync::Once;

/// Whether this machine has Debian's package manager.
pub fn is_here() -> bool {
    shell::which("apt-get").is_some() && shell::which("dpkg-query").is_some()
}

/// Those of the packages that are not installed.
pub fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn is_installed(package: &str) -> bool {
    let query = ["--show", "--showformat=${db:Status-Status}", package];
    shell::output(Command::new("dpkg-query").args(query)).is_some_and(|text| text == "installed")
}

/// Installs what is missing of the packages; a second call has nothing to do.
pub fn install(packages: &[&str], what_for: &str, how_long: &str) -> Outcome<()> {
    let packages = missing(packages);
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if !is_here() {
        return Err(format!("please install {list} ({what_for}), then run this again"));
    }
    report::installing(&list, what_for, how_long);
    update(&list)?;
    let mut command = privileged(&list)?;
    shell::run(command.args(["install", "--yes", "--no-install-recommends"]).args(&packages))
}

/// Renews the package lists, once in a run; old lists are better than none.
fn update(wanted: &str) -> Outcome<()> {
    static ONCE: Once = Once::new();
    let mut command = privileged(wanted)?;
    ONCE.call_once(|| {
        if let Err(message) = shell::run(command.arg("update")) {
            println!("    {message}; going on with the lists that are here");
        }
    });
    Ok(())
}

/// `apt-get`, asking nothing, as root or through sudo.
fn privileged(wanted: &str) -> Outcome<Command> {
    let is_root = shell::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = if is_root {
        Command::new("env")
    } else if shell::which("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        return Err(format!("as root, run: apt-get install {wanted}; then run this again"));
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
    command.args(["--option", "DPkg::Lock::Timeout=300"]);
    Ok(command)
}
