//! The figures as Markdown tables.

use std::fmt::Write;
use std::time::Duration;

use crate::measure::Process;

/// Tables in the making.
#[derive(Default)]
pub struct Tables {
    text: String,
}

impl Tables {
    /// Starts a table.
    pub fn start(&mut self, columns: &[&str]) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.row(&columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>());
        let rules: Vec<String> = (0..columns.len()).map(|at| if at < 2 { "---" } else { "---:" }.to_owned()).collect();
        self.row(&rules);
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[String]) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    /// Adds the row of a process.
    pub fn process(&mut self, what: &str, peer: &str, process: &Process, disk: Option<u64>) {
        let megabytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
        let seconds = |seconds: f64| if seconds < 1.0 { format!("{seconds:.4}") } else { format!("{seconds:.1}") };
        self.row(&[
            what.to_owned(),
            peer.to_owned(),
            seconds(process.cpu_seconds),
            seconds(process.wall_seconds),
            megabytes(process.peak_bytes),
            disk.map_or_else(String::new, megabytes),
        ]);
    }

    /// Adds the row of the times of a sort of question, one for each question. `limit` is what the median may be.
    pub fn times(&mut self, sort: &str, peer: &str, mut took: Vec<Duration>, limit: Option<Duration>, size: &str) {
        took.sort_unstable();
        let micros = |time: Duration| {
            let micros = time.as_nanos() as f64 / 1e3;
            if micros < 100.0 { format!("{micros:.1}") } else { format!("{micros:.0}") }
        };
        let share = limit.map(|limit| format!("{:.2}", at(&took, 50).as_secs_f64() / limit.as_secs_f64()));
        let percentiles = [50, 95, 99].map(|percent| micros(at(&took, percent)));
        let mut cells = vec![sort.to_owned(), peer.to_owned()];
        cells.extend(percentiles);
        cells.extend([share.unwrap_or_default(), size.to_owned()]);
        self.row(&cells);
    }

    /// The tables so far.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The nearest-rank percentile of sorted values.
pub fn at<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
