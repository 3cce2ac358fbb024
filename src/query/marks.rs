//! A note per entity that is forgotten at once.

use crate::model::EntityNo;

/// Notes a number for entities of a graph. Forgetting all notes is O(1), so that one value serves many questions.
#[derive(Debug, Default)]
pub struct Marks {
    /// Round in the high half, note in the low half.
    cells: Vec<u64>,
    round: u32,
}

impl Marks {
    /// Forgets all notes and makes room for `entities` entities.
    pub fn clear(&mut self, entities: usize) {
        if self.cells.len() < entities || self.round == u32::MAX {
            self.cells = vec![0; entities];
            self.round = 0;
        }
        self.round += 1;
    }

    /// The note of an entity.
    #[inline]
    pub fn get(&self, entity: EntityNo) -> Option<u32> {
        let cell = *self.cells.get(entity as usize)?;
        ((cell >> 32) as u32 == self.round).then_some(cell as u32)
    }

    /// Notes `note` for an entity that has no note yet; returns whether it had none.
    #[inline]
    pub fn insert(&mut self, entity: EntityNo, note: u32) -> bool {
        let round = u64::from(self.round) << 32;
        match self.cells.get_mut(entity as usize) {
            Some(cell) if *cell >> 32 != u64::from(self.round) => {
                *cell = round | u64::from(note);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_last_until_they_are_cleared() {
        let mut marks = Marks::default();
        marks.clear(3);
        assert!(marks.insert(1, 7));
        assert!(!marks.insert(1, 8));
        assert!(!marks.insert(3, 1), "outside");
        assert_eq!((marks.get(0), marks.get(1), marks.get(3)), (None, Some(7), None));
        marks.clear(3);
        assert_eq!(marks.get(1), None);
    }
}
