//! What things cost: time, memory, bytes on disk.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// Runs `work` and says how long it took this thread: by its processor time, or by the clock where that says less. The
/// first leaves out what other programs took away, the second what looking at the first costs (half a microsecond).
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (cpu, wall) = (thread_time(), Instant::now());
    let done = work();
    let wall = wall.elapsed();
    (done, wall.min(thread_time().saturating_sub(cpu)))
}

fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// What a process cost.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Process {
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    /// The most memory it held at once.
    pub peak_bytes: u64,
}

/// Runs a command to its end and says what it cost. To be called in a small process of its own, which
/// [`in_new_process`] makes: the system counts the memory of whoever starts a process as the process's own.
pub fn run(command: &[String]) -> Result<Process, Box<dyn Error>> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let started = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status()?;
    let wall_seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{program} ended with {status}").into());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(Process {
        wall_seconds,
        cpu_seconds: seconds(usage.user_time()) + seconds(usage.system_time()),
        peak_bytes: usage.max_rss() as u64 * 1024,
    })
}

/// Runs a command in a new process and says what it cost.
pub fn in_new_process(command: &[String]) -> Result<Process, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["measured", "--"])
        .args(command)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} failed", command.join(" ")).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Bytes of a file, or of all files in a folder.
pub fn size(path: &Path) -> std::io::Result<u64> {
    let known = std::fs::metadata(path)?;
    if !known.is_dir() {
        return Ok(known.len());
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}
