//! The OCS envelope: JSON without a space (the desktop client reads it with a regular expression), or XML.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::error::{Answer, Refusal};

/// Which of the two versions of the envelope: v1 says everything with HTTP 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/ocs/v1.php`
    V1,
    /// `/ocs/v2.php`
    V2,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// XML, also when nothing is said: Android's calls about shares say nothing.
    Xml,
}

impl Format {
    /// What the query or the headers ask for.
    pub fn of(query: Option<&str>, headers: &HeaderMap) -> Format {
        let in_query = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("format="));
        match in_query {
            Some("json") => Format::Json,
            Some(_) => Format::Xml,
            None => {
                let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
                if accept.contains("application/json") { Format::Json } else { Format::Xml }
            }
        }
    }
}

/// An answer with data.
pub fn good(version: Version, format: Format, data: &Value) -> Answer {
    let code = match version {
        Version::V1 => 100,
        Version::V2 => 200,
    };
    write(StatusCode::OK, format, "ok", code, "OK", data)
}

/// An answer without: the status, and the code that OCS has for it.
pub fn bad(version: Version, format: Format, refusal: &Refusal, realm: &str) -> Answer {
    let status = refusal.status();
    let code = match (version, status.as_u16()) {
        (_, 401) => 997,
        (Version::V1, 404) => 998,
        (Version::V1, 500..) => 996,
        (_, other) => other,
    };
    let mut answer = write(status, format, "failure", code, &refusal.message(), &Value::Array(Vec::new()));
    refusal.push_headers(&mut answer, realm);
    answer
}

fn write(status: StatusCode, format: Format, word: &str, code: u16, message: &str, data: &Value) -> Answer {
    let (body, kind) = match format {
        Format::Json => {
            let message = Value::String(message.to_owned());
            let body = format!(
                r#"{{"ocs":{{"meta":{{"status":"{word}","statuscode":{code},"message":{message},"totalitems":"","itemsperpage":""}},"data":{data}}}}}"#
            );
            (body, "application/json; charset=utf-8")
        }
        Format::Xml => {
            let mut body = format!(
                "<?xml version=\"1.0\"?>\n<ocs>\n <meta>\n  <status>{word}</status>\n  <statuscode>{code}</statuscode>\n  <message>"
            );
            abri_proto_dav::escape::push_text(&mut body, message);
            body.push_str(
                "</message>\n  <totalitems></totalitems>\n  <itemsperpage></itemsperpage>\n </meta>\n <data>",
            );
            push_xml(&mut body, data);
            body.push_str("</data>\n</ocs>\n");
            (body, "application/xml; charset=utf-8")
        }
    };
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Lists hold `<element>`s, true is 1, false and null are empty.
fn push_xml(out: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => out.push('1'),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => abri_proto_dav::escape::push_text(out, text),
        Value::Array(items) => items.iter().for_each(|item| push_element(out, "element", item)),
        Value::Object(members) => members.iter().for_each(|(name, item)| push_element(out, name, item)),
    }
}

fn push_element(out: &mut String, name: &str, value: &Value) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    push_xml(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn xml_says_what_json_says() {
        let mut out = String::new();
        push_xml(&mut out, &json!({"a": true, "b": false, "c": ["x", "<"], "d": {"e": 3}, "f": null}));
        assert_eq!(out, "<a>1</a><b></b><c><element>x</element><element>&lt;</element></c><d><e>3</e></d><f></f>");
    }

    #[test]
    fn the_format_is_asked_for() {
        let headers = HeaderMap::new();
        assert_eq!(Format::of(Some("a=b&format=json"), &headers), Format::Json);
        assert_eq!(Format::of(None, &headers), Format::Xml);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(Format::of(None, &headers), Format::Json);
        assert_eq!(Format::of(Some("format=xml"), &headers), Format::Xml);
    }
}
