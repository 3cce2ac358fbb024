//! Which questions are asked: random, and the same every time.

use crate::bare::Bare;
use crate::peer::Question;

/// `find` shows this many unless it is told otherwise; a name that more entities have is not asked for.
const MOST_NAMESAKES: usize = 20;

/// Xorshift: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14), 2003.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// `count` questions of each sort. Three of four entities are any, each as likely as the others; one of four is an end
/// of any link, so that hubs occur as they do when people ask.
pub fn draw(graph: &Bare, count: usize) -> Vec<Vec<Question>> {
    let mut random = Random(0x7469_656c_696e_6531);
    let entities = graph.ids.texts.len() as u64;
    let mut entity = move || {
        let (which, place) = (random.next() >> 32, random.next() >> 16);
        if which % 4 == 0 { graph.at_some_link(place) } else { (place % entities) as u32 }
    };
    let mut some = |make: &mut dyn FnMut(&mut dyn FnMut() -> u32) -> Option<Question>| {
        let mut questions = Vec::with_capacity(count);
        while questions.len() < count {
            questions.extend(make(&mut entity));
        }
        questions
    };
    vec![
        some(&mut |entity| {
            let name = &graph.names[entity() as usize];
            (graph.namesakes(name) <= MOST_NAMESAKES).then(|| Question::Named(name.clone()))
        }),
        some(&mut |entity| Some(Question::Hops(entity(), 1))),
        some(&mut |entity| Some(Question::Hops(entity(), 2))),
        some(&mut |entity| Some(Question::Filtered(entity()))),
        some(&mut |entity| Some(Question::CountByKind(entity()))),
        some(&mut |entity| Some(Question::Path(entity(), entity()))),
        some(&mut |entity| Some(Question::AllPaths(entity(), entity()))),
        some(&mut |entity| Some(Question::Hops(entity(), 3))),
    ]
}
