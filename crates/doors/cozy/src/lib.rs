//! The Cozy door: the JSON API of browsers and apps.
