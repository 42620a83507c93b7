//! Where to cut a stream: FastCDC over bytes as they come, without gathering a chunk first.

use std::borrow::Cow;

use fastcdc::v2020::{Normalization, get_gear_with_seed, select_masks};

use super::CUT_BYTES;

/// Finds the ends of chunks in a stream. The cut points are those of FastCDC 2020 (level 1), however the bytes arrive.
#[derive(Debug)]
pub struct Cutter {
    gear: Cow<'static, [u64]>,
    early: u64,
    late: u64,
    /// Bytes of the present chunk seen so far.
    position: usize,
    hash: u64,
}

impl Default for Cutter {
    fn default() -> Self {
        let (early, late) = select_masks(CUT_BYTES.1, Normalization::Level1);
        Cutter { gear: get_gear_with_seed(0).0, early, late, position: 0, hash: 0 }
    }
}

impl Cutter {
    /// How many leading bytes of `bytes` belong to the present chunk, when it ends within them; else `None` and all do.
    /// After an end, the next call starts the next chunk (with the bytes that were left over).
    pub fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let (min, average, max) = CUT_BYTES;
        let start = self.position;
        // Bytes before the minimum are not looked at at all: that is where FastCDC gets its speed from.
        let skipped = min.saturating_sub(start).min(bytes.len());
        let mut at = skipped;
        for (mask, limit) in [(self.early, average), (self.late, max)] {
            let stop = limit.saturating_sub(start).min(bytes.len());
            while at < stop {
                self.hash = (self.hash << 1).wrapping_add(self.gear[bytes[at] as usize]);
                if self.hash & mask == 0 {
                    self.position = 0;
                    self.hash = 0;
                    return Some(at);
                }
                at += 1;
            }
        }
        if at < bytes.len() {
            // The largest size is reached within these bytes.
            self.position = 0;
            self.hash = 0;
            return Some(at);
        }
        self.position = start + bytes.len();
        if self.position == max {
            self.position = 0;
            self.hash = 0;
            return Some(bytes.len());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use fastcdc::v2020::FastCDC;

    use super::*;

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..len)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            })
            .collect()
    }

    #[test]
    fn cuts_where_the_library_cuts_however_the_bytes_arrive() {
        let mut data = noise(40 << 20);
        // A long run of zeros is never cut by content: the largest size ends the chunk.
        data.extend(std::iter::repeat_n(0, 20 << 20));
        let (min, average, max) = CUT_BYTES;
        let expected: Vec<usize> = FastCDC::new(&data, min, average, max).map(|chunk| chunk.length).collect();
        for step in [64 << 10, 1_000_003, data.len()] {
            let mut cutter = Cutter::default();
            let mut lengths = Vec::new();
            let mut current = 0;
            for mut piece in data.chunks(step) {
                while let Some(end) = cutter.end_in(piece) {
                    lengths.push(current + end);
                    current = 0;
                    piece = &piece[end..];
                }
                current += piece.len();
            }
            if current > 0 {
                lengths.push(current);
            }
            assert_eq!(lengths, expected, "in pieces of {step}");
        }
    }
}
