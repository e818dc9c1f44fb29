//! `cargo xtask bench`: how fast the model is, beside a bare heap, natively and in a browser.

use crate::browser::Browser;
use crate::probe;
use crate::shell::{self, Outcome};

/// Builds the probe for both, measures, and prints; with `--json` for a program.
pub fn bench(json: bool) -> Outcome<()> {
    let browser = Browser::ensure()?;
    let probe = probe::build()?;
    let mut command = shell::cargo();
    command.args(["test", "--profile", "fast", "--features", "browser-tests", "--test", "bench"]);
    command.args(["--", "--ignored", "--nocapture"]).env("ACKSCOPE_PROBE", probe);
    command.env("ACKSCOPE_BENCH_JSON", if json { "1" } else { "" });
    command.env("CHROMEDRIVER", &browser.driver).env("CHROME_BIN", &browser.browser);
    shell::run(&mut command)
}
