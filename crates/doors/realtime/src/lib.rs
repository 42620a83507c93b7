//! The realtime door: a bell over server-sent events, and Cozy's websocket.
