//! Progress of long work, on a terminal.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that shows what is going on once it takes longer than a second, and goes away in the end. Shows nothing where
/// the standard error is no terminal.
pub struct Progress {
    what: &'static str,
    bar: ProgressBar,
    waiter: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Work on `total` bytes; work of an unknown size if there are none.
    pub fn new(what: &'static str, total: u64, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total), ProgressDrawTarget::hidden());
        let template =
            if total > 0 { "{msg} {wide_bar} {bytes}/{total_bytes}, {eta} left" } else { "{spinner} {msg}, {elapsed}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        let waiter = (!quiet && io::stderr().is_terminal()).then(|| {
            let (done, wait) = channel();
            let bar = bar.clone();
            let thread = std::thread::spawn(move || {
                if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(120));
                }
            });
            (done, thread)
        });
        Self { what, bar, waiter }
    }

    /// How many bytes are done.
    pub fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    /// How much of how much is done, where that was not known from the start.
    pub fn of(&self, done: u64, total: u64) {
        self.bar.set_message(format!("{} {done} of {total}", self.what));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.waiter.take() {
            drop(done);
            // Nothing is lost with a line that could not be drawn.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
