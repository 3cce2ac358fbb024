//! The `tieline` program: arguments, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use tieline::{cli, repl};

fn main() -> ExitCode {
    let args = cli::Args::parse();
    let terminal = cli::Terminal::new(args.global.color, args.global.quiet);
    let done = match args.command {
        None => repl::run(&args.global, &terminal),
        Some(command) => cli::run(command, &args.global, &terminal),
    };
    terminal.exit(done)
}
