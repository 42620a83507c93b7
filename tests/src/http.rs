//! An HTTP/1.1 client with no opinion: it sends exactly what a test says, right or wrong.
//!
//! A library would refuse to send half of what strangers send, and would hide when a connection ended. This one
//! gives both: [`Line`] is one connection, [`Ask`] one request, [`Answer`] one response.

use base64::Engine;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// No answer of the server may take longer than this in a test.
pub const ANSWER_WAIT_MS_MAX: u64 = 60_000;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method, sent as it stands.
    pub method: String,
    /// The request target, sent as it stands: encode it first.
    pub target: String,
    /// Headers in order, sent as they stand.
    pub headers: Vec<(String, String)>,
    /// The body; `None` sends no `Content-Length`.
    pub body: Option<Vec<u8>>,
}

impl Ask {
    /// A request without headers or body.
    pub fn new(method: &str, target: &str) -> Ask {
        Ask { method: method.into(), target: target.into(), headers: Vec::new(), body: None }
    }

    /// One header more.
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Ask {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// Basic authentication.
    pub fn basic(self, name: &str, secret: &str) -> Ask {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{secret}"));
        self.header("Authorization", format!("Basic {pair}"))
    }

    /// This body, with its length.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Ask {
        self.body = Some(body.into());
        self
    }

    /// An XML body, with its type.
    pub fn xml(self, body: &str) -> Ask {
        self.header("Content-Type", "application/xml; charset=utf-8").body(body)
    }

    /// The bytes of the request line and headers, with the empty line.
    pub fn head(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let has = |name: &str| self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        if !has("host") {
            head += &format!("Host: {host}\r\n");
        }
        if let Some(body) = &self.body
            && !has("content-length")
            && !has("transfer-encoding")
        {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        head.into_bytes()
    }
}

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first header of this name, which must be there.
    pub fn must_header(&self, name: &str) -> &str {
        self.header(name).unwrap_or_else(|| panic!("the answer has no {name}: {self}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer, if its status is one of these; otherwise the test ends with the whole answer shown.
    #[track_caller]
    pub fn expect(self, statuses: &[u16], why: &str) -> Answer {
        assert!(statuses.contains(&self.status), "{why}: expected {statuses:?}, got {self}");
        self
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(out, "  {name}: {value}")?;
        }
        let text = self.text();
        let shown: String = text.chars().take(1_500).collect();
        write!(out, "  {shown}")
    }
}

/// One connection to a server.
#[derive(Debug)]
pub struct Line {
    host: String,
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Line {
    /// A new connection.
    pub fn open(address: SocketAddr) -> io::Result<Line> {
        let wait = Duration::from_millis(ANSWER_WAIT_MS_MAX);
        let stream = TcpStream::connect_timeout(&address, wait)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(wait))?;
        stream.set_write_timeout(Some(wait))?;
        Ok(Line { host: address.to_string(), reader: BufReader::new(stream.try_clone()?), writer: stream })
    }

    /// Sends a request and reads its answer; the connection can be used again after it.
    pub fn ask(&mut self, ask: &Ask) -> io::Result<Answer> {
        let mut bytes = ask.head(&self.host);
        let body = ask.body.as_deref().unwrap_or_default();
        // One segment for a small request: what a client library does, and what keeps Nagle out of it.
        if body.len() < 64 * 1024 {
            bytes.extend_from_slice(body);
            self.writer.write_all(&bytes)?;
        } else {
            self.writer.write_all(&bytes)?;
            // A server may answer (413, 507, 412) before it has read everything; the answer is what counts.
            if let Err(cause) = self.writer.write_all(body) {
                return self.answer(&ask.method).map_err(|_| cause);
            }
        }
        self.answer(&ask.method)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)
    }

    /// Reads one answer; `HEAD` has no body whatever its length says. Interim (1xx) answers are skipped.
    pub fn answer(&mut self, method: &str) -> io::Result<Answer> {
        loop {
            let answer = self.any_answer(method)?;
            if answer.status >= 200 {
                return Ok(answer);
            }
        }
    }

    /// Reads one answer, interim or not.
    pub fn any_answer(&mut self, method: &str) -> io::Result<Answer> {
        let first = self.text_line()?;
        let status = first
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| bad(format!("not a status line: {first:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.text_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| bad(format!("not a header: {line:?}")))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let bodiless = method == "HEAD" || status < 200 || status == 204 || status == 304;
        if bodiless {
            return Ok(answer);
        }
        answer.body = self.body_of(&answer)?;
        Ok(answer)
    }

    fn body_of(&mut self, answer: &Answer) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            loop {
                let line = self.text_line()?;
                let size = line.split(';').next().unwrap_or_default().trim().to_string();
                let size = usize::from_str_radix(&size, 16).map_err(|_| bad(format!("not a chunk size: {line:?}")))?;
                let start = body.len();
                body.resize(start + size, 0);
                self.reader.read_exact(&mut body[start..])?;
                let end = self.text_line()?;
                if size == 0 {
                    return Ok(body);
                }
                if !end.is_empty() {
                    return Err(bad("a chunk does not end where it said".into()));
                }
            }
        }
        match answer.header("content-length") {
            Some(length) => {
                let length: usize = length.parse().map_err(|_| bad(format!("not a length: {length:?}")))?;
                body.resize(length, 0);
                self.reader.read_exact(&mut body)?;
            }
            None => {
                self.reader.read_to_end(&mut body)?;
            }
        }
        Ok(body)
    }

    fn text_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended"));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line).map_err(|_| bad("headers are not UTF-8".into()))
    }

    /// Ends the connection as a pulled cable or a dying client would, without a farewell at any layer above TCP.
    pub fn cut(self) {
        let _ = self.writer.shutdown(Shutdown::Both);
    }

    /// Is the connection closed by the other side (or does it close within `wait`)?
    pub fn is_closed_within(&mut self, wait: Duration) -> bool {
        let _ = self.writer.set_read_timeout(Some(wait));
        let closed = match self.reader.fill_buf() {
            Ok(rest) => rest.is_empty(),
            Err(cause) => !matches!(cause.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
        };
        let _ = self.writer.set_read_timeout(Some(Duration::from_millis(ANSWER_WAIT_MS_MAX)));
        closed
    }
}

fn bad(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
