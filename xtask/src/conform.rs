//! `cargo xtask conform`: scripts on real Apache Kafka. The harness is a crate of its own (`conform/`),
//! so that nobody compiles it who does not ask for it; this sees to a JDK and Maven, and starts it.

use crate::apt;
use crate::shell::{self, Outcome};

/// Debian's names of what the harness runs.
const PACKAGES: &[&str] = &["openjdk-17-jdk-headless", "maven"];

/// Starts the harness with these arguments.
pub fn conform(arguments: &[String]) -> Outcome<()> {
    let has_java = std::env::var_os("JAVA_HOME").is_some() || shell::which("javac").is_some();
    if !has_java || shell::which("mvn").is_none() {
        apt::install(PACKAGES, "to run Apache Kafka", "a minute or two")?;
    }
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--package", "ackscope-conform", "--"]).args(arguments);
    shell::run(&mut cargo)
}
