//! A small web server for the tests: a folder under a path, and pages of the test's own.
//!
//! It knows GET, one request per connection, no ranges and no compression. It keeps what was asked
//! of it, so that a test can say that nothing was missing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request that was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The path that was asked for, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

/// A running server; it ends with the test's process.
pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    header: &'static str,
    folder: PathBuf,
    base: String,
    pages: BTreeMap<String, String>,
    requests: Mutex<Vec<Request>>,
}

struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Site {
    /// Serves a folder under a path such as `/some/path/`, and pages at paths of their own.
    pub fn start(folder: &Path, base: &str, pages: &[(&str, &str)]) -> Self {
        Self::start_with("", folder, base, pages)
    }

    /// As [`Site::start`], for readers of any origin: a sandboxed frame has none that counts.
    pub fn start_shared(folder: &Path, base: &str, pages: &[(&str, &str)]) -> Self {
        Self::start_with("Access-Control-Allow-Origin: *\r\n", folder, base, pages)
    }

    /// As [`Site::start`], with more in the head of each answer.
    pub fn start_with(
        header: &'static str,
        folder: &Path,
        base: &str,
        pages: &[(&str, &str)],
    ) -> Self {
        assert!(base.starts_with('/') && base.ends_with('/'), "{base} must be /…/");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let shared = Arc::new(Shared {
            header,
            folder: folder.to_path_buf(),
            base: base.to_owned(),
            pages: pages.iter().map(own).collect(),
            requests: Mutex::default(),
        });
        let server = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Arc::clone(&server);
                thread::spawn(move || server.converse(&stream));
            }
        });
        Self { address, shared }
    }

    /// The address of a path in the folder.
    pub fn url(&self, path: &str) -> String {
        self.url_at(&format!("{}{path}", self.shared.base))
    }

    /// The address of a path of the server.
    pub fn url_at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("no thread panicked").clone()
    }
}

impl Shared {
    fn converse(&self, stream: &TcpStream) {
        let Some(path) = read_path(stream) else {
            return;
        };
        let answer = self.answer(&path);
        let status = answer.status;
        // The browser may have gone away; that is its right.
        let _ = send(stream, self.header, &answer);
        self.requests.lock().expect("no thread panicked").push(Request { path, status });
    }

    fn answer(&self, path: &str) -> Answer {
        if let Some(page) = self.pages.get(path) {
            return Answer { status: 200, kind: kind("a.html"), body: page.clone().into_bytes() };
        }
        let missing = Answer { status: 404, kind: "text/plain", body: b"not found".to_vec() };
        let Some(inside) = path.strip_prefix(&self.base) else {
            return missing;
        };
        let name = if inside.is_empty() || inside.ends_with('/') {
            format!("{inside}index.html")
        } else {
            inside.to_owned()
        };
        if name.split('/').any(|part| part == "..") {
            return missing;
        }
        match fs::read(self.folder.join(&name)) {
            Ok(body) => Answer { status: 200, kind: kind(&name), body },
            Err(_) => missing,
        }
    }
}

/// Reads a request to the end of its headers, and gives its path.
fn read_path(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let target = first.strip_prefix("GET ")?.split(' ').next()?;
    target.split('?').next().map(str::to_owned)
}

fn send(mut stream: &TcpStream, header: &str, answer: &Answer) -> std::io::Result<()> {
    let Answer { status, kind, body } = answer;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} \r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{header}Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()
}

/// The media type of a file.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
