//! Building the site with Trunk.

use crate::later;
use crate::pack;
use crate::report;
use crate::shell::{self, Outcome};
use crate::site;
use crate::slim::slim;
use crate::toolchain::Toolchain;
use crate::tools;
use std::path::PathBuf;
use std::process::Command;

/// Where the site is left.
pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// `cargo xtask build`.
pub fn build_and_tell(release: bool) -> Outcome<()> {
    let (result, _) = report::timed("build the site", || build(release));
    result?;
    println!("\nThe site is in {}: copy it to any web server, at any path.", dist().display());
    Ok(())
}

/// Builds the site into `dist/` and checks that it keeps its promises.
pub fn build(release: bool) -> Outcome<()> {
    let mut command = trunk(release)?;
    command.arg("build").args(release.then_some("--release"));
    shell::run(command.arg("--dist").arg(dist()))?;
    if release {
        let (result, _) = report::timed("split the app", || later::divide(&dist()));
        result?;
        slim(&dist())?;
        later::name_anew(&dist())?;
        later::version(&dist())?;
        pack::pack(&dist())?;
    }
    site::check(&dist())
}

/// Trunk with everything that it needs, without arguments yet.
pub fn trunk(release: bool) -> Outcome<Command> {
    let toolchain = Toolchain::ensure()?;
    tools::ensure_for_site(release)?;
    println!("    for wasm: {}", toolchain.describe());
    let folders = tools::folders()?;
    let program = shell::find("trunk", &shell::path_with(&folders)).unwrap_or("trunk".into());
    let mut command = Command::new(program);
    toolchain.apply(&mut command, &folders);
    command.env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk reads this as a flag of its own, with another idea of its values.
    command.env_remove("NO_COLOR");
    Ok(command)
}
