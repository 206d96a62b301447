//! Where decisions come from: a fuzzer's bytes, or the numbers that follow from a seed.

pub enum Plan<'a> {
    /// What is past the end is 0, the dullest decision.
    Bytes(&'a [u8]),
    Seed(u64),
}

impl<'a> Plan<'a> {
    pub fn byte(&mut self) -> u8 {
        match self {
            Plan::Bytes(bytes) => bytes.split_off_first().copied().unwrap_or(0),
            Plan::Seed(seed) => (next(seed) >> 56) as u8,
        }
    }

    pub fn number(&mut self) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()]))
    }

    /// A number below `limit`, which is 1 or more.
    pub fn below(&mut self, limit: usize) -> usize {
        let number = if limit <= 256 { self.byte().into() } else { self.number() };
        number % limit
    }

    /// A length: short ones are as likely as long ones.
    pub fn length(&mut self, most: usize) -> usize {
        let scale = self.below(17);
        (self.number() & ((1 << scale) - 1)).min(most)
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        match self {
            Plan::Bytes(bytes) => {
                bytes.split_off(..len.min(bytes.len())).unwrap_or_default().to_vec()
            }
            Plan::Seed(_) => (0..len).map(|_| self.byte()).collect(),
        }
    }

    pub fn rest(&mut self) -> &'a [u8] {
        match self {
            Plan::Bytes(bytes) => std::mem::take(bytes),
            Plan::Seed(_) => &[],
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self, Plan::Bytes([]))
    }
}

/// SplitMix64.
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
