//! The browsers that the tests drive, and their drivers: found, or installed.

use crate::apt;
use crate::shell::{self, Outcome};
use crate::tools;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A browser and the driver that speaks for it.
pub struct Browser {
    /// Which of them it is.
    kind: Kind,
    /// The browser's program.
    browser: PathBuf,
    /// The driver's program.
    driver: PathBuf,
}

/// One of the browsers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Chromium, or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
}

/// How a browser is found, and how it is installed.
struct Source {
    /// What the tests call it.
    name: &'static str,
    /// Variables that name another browser, and another driver.
    variables: [&'static str; 2],
    browsers: &'static [&'static str],
    /// Where it is on a Mac.
    on_a_mac: &'static [&'static str],
    driver: &'static str,
    /// Debian's packages of it; of the driver as well, where there is one.
    packages: &'static [&'static str],
}

const CHROMIUM: Source = Source {
    name: "chromium",
    variables: ["CHROME_BIN", "CHROMEDRIVER"],
    browsers: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    on_a_mac: &[
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    driver: "chromedriver",
    packages: &["chromium", "chromium-driver"],
};

const FIREFOX: Source = Source {
    name: "firefox",
    variables: ["FIREFOX_BIN", "GECKODRIVER"],
    browsers: &["firefox-esr", "firefox"],
    on_a_mac: &["/Applications/Firefox.app/Contents/MacOS/firefox"],
    driver: "geckodriver",
    packages: &["firefox-esr"],
};

impl Kind {
    const fn source(self) -> Source {
        match self {
            Self::Chromium => CHROMIUM,
            Self::Firefox => FIREFOX,
        }
    }
}

impl Browser {
    /// Finds the pair, or installs what is missing of it.
    pub fn ensure(kind: Kind) -> Outcome<Self> {
        let source = kind.source();
        if source.browser().is_none() || (kind == Kind::Chromium && source.driver().is_none()) {
            apt::install(source.packages, "the browser of the tests", "about 1 minute")?;
        }
        let missing = |what: &str, variable: &str| {
            format!("{what} is not on the search path (`{variable}` may name it)")
        };
        let [browser, driver] = source.variables;
        let browser = source.browser().ok_or_else(|| missing(source.browsers[0], browser))?;
        if kind == Kind::Firefox && source.driver().is_none() {
            tools::ensure_geckodriver()?;
        }
        let driver = source.driver().ok_or_else(|| missing(source.driver, driver))?;
        let found = Self { kind, browser, driver };
        found.check()?;
        Ok(found)
    }

    /// Tells the tests which browser is theirs.
    pub fn apply(&self, command: &mut Command) {
        let Source { name, variables: [browser, driver], .. } = self.kind.source();
        command.env("ACKSCOPE_BROWSER", name);
        command.env(browser, &self.browser).env(driver, &self.driver);
    }

    /// A driver of Chromium speaks only for the browser of its own version; Firefox's for many.
    fn check(&self) -> Outcome<()> {
        let (browser, driver) = (major_of(&self.browser)?, major_of(&self.driver)?);
        if self.kind == Kind::Firefox || browser == driver {
            return Ok(());
        }
        Err(format!(
            "{} is version {browser} and {} is version {driver}: they must be the same",
            self.browser.display(),
            self.driver.display()
        ))
    }
}

impl Source {
    fn browser(&self) -> Option<PathBuf> {
        let on_a_mac = || self.on_a_mac.iter().map(PathBuf::from).find(|path| path.is_file());
        named(self.variables[0])
            .or_else(|| self.browsers.iter().find_map(|name| shell::which(name)))
            .or_else(on_a_mac)
    }

    /// Cargo's own folder need not be on the search path.
    fn driver(&self) -> Option<PathBuf> {
        let folders = tools::folders().unwrap_or_default();
        let path = shell::path_with(&folders);
        named(self.variables[1]).or_else(|| shell::find(self.driver, &path))
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
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
        assert_eq!(major("Mozilla Firefox 153.7.0esr"), Some(153));
        assert_eq!(major("geckodriver 0.37.0 (abc 2026-01-01)"), Some(0));
        assert_eq!(major("nothing"), None);
    }
}
