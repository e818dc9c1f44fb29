//! The browser that the tests drive, and its driver: found, or installed from Debian's packages.

use crate::apt;
use crate::shell::{self, Outcome};
use std::env;
use std::path::{Path, PathBuf};

const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC_BROWSERS: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// A browser and the driver that speaks for it.
pub struct Browser {
    /// The browser's program.
    pub browser: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

impl Browser {
    /// Finds the pair (`CHROME_BIN` and `CHROMEDRIVER` name another), or installs it.
    pub fn ensure() -> Outcome<Self> {
        let found = match Self::find() {
            Some(found) => found,
            None => {
                let packages = ["chromium", "chromium-driver"];
                apt::install(&packages, "the browser of the tests", "about 1 minute")?;
                Self::find().ok_or("Chromium and chromedriver are not on the search path")?
            }
        };
        found.check()?;
        Ok(found)
    }

    fn find() -> Option<Self> {
        let named = |variable| env::var_os(variable).map(PathBuf::from);
        let on_a_mac = || MAC_BROWSERS.iter().map(PathBuf::from).find(|path| path.is_file());
        let browser = named("CHROME_BIN")
            .or_else(|| BROWSERS.iter().find_map(|name| shell::which(name)))
            .or_else(on_a_mac)?;
        let driver = named("CHROMEDRIVER").or_else(|| shell::which("chromedriver"))?;
        Some(Self { browser, driver })
    }

    /// A driver speaks only for the browser of its own version.
    fn check(&self) -> Outcome<()> {
        let (browser, driver) = (major_of(&self.browser)?, major_of(&self.driver)?);
        if browser == driver {
            return Ok(());
        }
        Err(format!(
            "{} is version {browser} and {} is version {driver}: they must be the same",
            self.browser.display(),
            self.driver.display()
        ))
    }
}

fn major_of(program: &Path) -> Outcome<u32> {
    shell::version_text(program)
        .and_then(|text| major(&text))
        .ok_or_else(|| format!("{} does not tell its version", program.display()))
}

/// The first number of the first word that looks like a version.
fn major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().find(|word| word.contains('.'))?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian"), Some(156));
        assert_eq!(major("ChromeDriver 156.0.8078.79 (abc)"), Some(156));
        assert_eq!(major("nothing"), None);
    }
}
