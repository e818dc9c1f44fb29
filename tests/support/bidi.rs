//! WebDriver BiDi, as far as Firefox needs it here: commands over a WebSocket, and what happens
//! between them.

use serde_json::{Value, json};
use std::net::TcpStream;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// A connection to a browser's session.
pub struct Bidi {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    last: u64,
    events: Vec<Value>,
}

impl Bidi {
    /// Connects, and hears of events of these kinds from now on.
    pub fn connect(url: &str, events: &[&str]) -> Self {
        let (socket, _) = tungstenite::connect(url).expect("the browser takes the connection");
        let mut bidi = Self { socket, last: 0, events: Vec::new() };
        bidi.call("session.subscribe", &json!({ "events": events }));
        bidi
    }

    /// Gives a command, and waits for its answer.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let command = json!({ "id": self.last, "method": method, "params": params });
        self.socket.send(Message::text(command.to_string())).expect("the browser listens");
        loop {
            let message = self.socket.read().expect("the browser answers");
            let Ok(text) = message.into_text() else { continue };
            let Ok(said) = serde_json::from_str::<Value>(&text) else { continue };
            match said["type"].as_str() {
                Some("event") => self.events.push(said),
                _ if said["id"] == self.last => {
                    assert_eq!(said["type"], "success", "{method}: {said}");
                    return said["result"].clone();
                }
                _ => {}
            }
        }
    }

    /// What happened since that was last asked: an answer comes after all that came before it.
    pub fn events(&mut self) -> Vec<Value> {
        self.call("session.status", &json!({}));
        std::mem::take(&mut self.events)
    }
}
