//! Columns: lists of whole numbers, bit-packed.
//!
//! A column is stored either as its values above the least of them, or as the first value and the (zigzag) differences
//! above the least of those, whichever takes fewer bits (Lemire and Boytsov, "Decoding billions of integers per second
//! through vectorization", 2015, call the two frame-of-reference and delta coding). A column that is constant, or that
//! grows by a constant step, takes no bits at all.

use bincode::{Decode, Encode};

/// A list of whole numbers whose length is known from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Column {
    /// The first value of a column of differences; `None` for a column of values.
    first: Option<u64>,
    /// What each stored number is above.
    least: u64,
    /// Bits of a stored number, 0 to 64.
    width: u8,
    /// The stored numbers, least significant bit first.
    bits: Vec<u8>,
}

impl Column {
    /// Packs `values`.
    pub fn pack(values: &[u64]) -> Self {
        let Some(&first) = values.first() else { return Self::default() };
        let (least, width) = span(values.iter().copied());
        let (least_step, step_width) = span(steps(values));
        let as_steps = usize::from(step_width) * (values.len() - 1);
        if as_steps + 16 < usize::from(width) * values.len() {
            let bits = pack_bits(steps(values), least_step, step_width);
            Self { first: Some(first), least: least_step, width: step_width, bits }
        } else {
            Self { first: None, least, width, bits: pack_bits(values.iter().copied(), least, width) }
        }
    }

    /// The `count` values; `None` if this column does not hold exactly so many.
    pub fn unpack(&self, count: usize) -> Option<Vec<u64>> {
        let Some(first) = self.first else { return self.unpack_bits(count) };
        let steps = self.unpack_bits(count.checked_sub(1)?)?;
        let mut value = first;
        let rest = steps.into_iter().map(|step| {
            value = value.wrapping_add(unzigzag(step));
            value
        });
        Some(std::iter::once(first).chain(rest).collect())
    }

    fn unpack_bits(&self, count: usize) -> Option<Vec<u64>> {
        let width = usize::from(self.width);
        if width > 64 || self.bits.len() != (count * width).div_ceil(8) {
            return None;
        }
        if width == 0 {
            return Some(vec![self.least; count]);
        }
        let mask = u128::from(u64::MAX >> (64 - width));
        let mut bytes = self.bits.iter();
        let (mut buffer, mut held) = (0u128, 0);
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            while held < width {
                buffer |= u128::from(*bytes.next()?) << held;
                held += 8;
            }
            values.push(((buffer & mask) as u64).wrapping_add(self.least));
            buffer >>= width;
            held -= width;
        }
        Some(values)
    }
}

/// The least value and the bits that the greatest distance from it takes.
fn span(values: impl Iterator<Item = u64>) -> (u64, u8) {
    let (least, greatest) = values.fold((u64::MAX, 0), |(least, greatest), v| (v.min(least), v.max(greatest)));
    match greatest.checked_sub(least) {
        Some(distance) => (least, (64 - distance.leading_zeros()) as u8),
        None => (0, 0),
    }
}

fn pack_bits(values: impl Iterator<Item = u64>, least: u64, width: u8) -> Vec<u8> {
    let mut bits = Vec::new();
    if width == 0 {
        return bits;
    }
    let (mut buffer, mut held) = (0u128, 0u32);
    for value in values {
        buffer |= u128::from(value.wrapping_sub(least)) << held;
        held += u32::from(width);
        while held >= 8 {
            bits.push(buffer as u8);
            buffer >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        bits.push(buffer as u8);
    }
    bits
}

fn steps(values: &[u64]) -> impl Iterator<Item = u64> + '_ {
    values.iter().zip(values.iter().skip(1)).map(|(a, b)| zigzag(b.wrapping_sub(*a)))
}

/// Small differences of either sign as small numbers: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ (((difference as i64) >> 63) as u64)
}

fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(values: &[u64]) -> usize {
        bincode::encode_to_vec(Column::pack(values), bincode::config::standard()).unwrap().len()
    }

    #[test]
    fn regular_columns_take_no_bits() {
        assert!(bytes(&[7; 1000]) <= 4);
        assert!(bytes(&(5..1005).collect::<Vec<_>>()) <= 5);
        assert!(bytes(&(0..1000).rev().map(|n| n * 3).collect::<Vec<_>>()) <= 8);
    }

    #[test]
    fn a_length_that_does_not_fit_is_refused() {
        let column = Column::pack(&[1, 5, 9, 200, 3, 3]);
        for count in [0, 1, 5, 7, 9, usize::MAX / 64] {
            assert_eq!(column.unpack(count), None, "{count}");
        }
        assert_eq!(Column { width: 65, ..Column::default() }.unpack(0), None);
        assert_eq!(Column { first: Some(3), ..Column::default() }.unpack(0), None);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(values in prop_oneof![
            prop::collection::vec(any::<u64>(), 0..100),
            prop::collection::vec(0u64..1000, 0..300),
            (any::<u64>(), prop::collection::vec(-3i64..5, 0..300)).prop_map(|(start, steps)| {
                steps.iter().scan(start, |at, step| { *at = at.wrapping_add_signed(*step); Some(*at) }).collect()
            }),
        ]) {
            prop_assert_eq!(Column::pack(&values).unpack(values.len()), Some(values));
        }

        #[test]
        fn any_column_is_unpacked_or_refused(first: Option<u64>, least: u64, width: u8, bits: Vec<u8>, count in 0usize..9000) {
            let column = Column { first, least, width, bits };
            prop_assert!(column.unpack(count).is_none_or(|values| values.len() == count));
        }
    }
}
