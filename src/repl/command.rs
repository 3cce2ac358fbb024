//! Commands of the prompt, which begin with a colon.

use super::words::{PIPES, SCOPE, VERBS};
use crate::schema::nearest;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Mode,
    Scope,
    Param,
    Params,
    Unparam,
    Timer,
    Output,
    Source,
    Schema,
    Desugar,
    History,
    Quit,
}

impl Command {
    /// All commands, in the order of the help.
    pub const ALL: [Self; 13] = [
        Self::Help,
        Self::Mode,
        Self::Scope,
        Self::Param,
        Self::Params,
        Self::Unparam,
        Self::Timer,
        Self::Output,
        Self::Source,
        Self::Schema,
        Self::Desugar,
        Self::History,
        Self::Quit,
    ];

    /// Its name, with the colon.
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// What may follow it.
    pub fn argument(self) -> &'static str {
        self.entry().1
    }

    /// What it does.
    pub fn meaning(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Help => (":help", "[VERB | COMMAND]", "this help, or help on one verb"),
            Self::Mode => (":mode", "[FORMAT]", "how answers are written: table, box, json, jsonl, csv, markdown, dot"),
            Self::Scope => (":scope", "[SCOPE | off]", "a scope for all statements, such as `as of 2014 grade B2`"),
            Self::Param => (":param", "NAME VALUE", "a value for $NAME in statements: JSON, or else plain text"),
            Self::Params => (":params", "", "the parameters that have values"),
            Self::Unparam => (":unparam", "[NAME]", "takes the value of a parameter away; without a name, of all"),
            Self::Timer => (":timer", "[on | off]", "whether times are shown"),
            Self::Output => (":output", "[FILE]", "answers go to the file; without one, to the screen again"),
            Self::Source => (":source", "FILE", "runs the statements and commands of a file, one a line"),
            Self::Schema => (":schema", "[KIND]", "the kinds of entities and links"),
            Self::Desugar => (":desugar", "STATEMENT", "the `match` that a statement stands for"),
            Self::History => (":history", "", "the changes that were made to the database"),
            Self::Quit => (":quit", "", "leaves; so does Ctrl-D"),
        }
    }

    /// The command and the argument of a line that starts with a colon. A beginning that fits only one command is enough.
    ///
    /// # Errors
    /// What to say to a line that is no command.
    pub fn parse(line: &str) -> Result<(Self, &str), String> {
        let line = line.trim();
        let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let name = name.to_ascii_lowercase();
        let mut fitting = Self::ALL.into_iter().filter(|command| name.len() > 1 && command.name().starts_with(&name));
        let exact = Self::ALL.into_iter().find(|command| command.name() == name);
        match (exact, fitting.next(), fitting.next()) {
            (Some(command), ..) | (None, Some(command), None) => Ok((command, argument.trim())),
            _ => {
                let near = nearest(&name, Self::ALL.into_iter().map(Self::name));
                let help =
                    near.map_or_else(|| ":help lists the commands".to_owned(), |near| format!("did you mean {near}?"));
                Err(format!("there is no command {name}; {help}"))
            }
        }
    }
}

/// The help: everything, or what is about one verb or command.
pub fn help(about: &str) -> String {
    let about = about.trim_start_matches(':').to_ascii_lowercase();
    let commands = || {
        Command::ALL.into_iter().filter(|command| about.is_empty() || command.name().trim_start_matches(':') == about)
    };
    let verbs = || VERBS.iter().filter(|verb| about.is_empty() || verb.name == about);
    let mut lines = Vec::new();
    for verb in verbs() {
        lines.push(format!("{} {}", verb.name, verb.usage));
        lines.push(format!("    {}", verb.meaning));
    }
    if about.is_empty() {
        lines.insert(0, "An entity is a name in quotes or an @id; what is in brackets may be left out.\n".to_owned());
        lines.push(format!(
            "\nAfter any statement, a scope:\n    {SCOPE}\nand what becomes of the answer:\n    {PIPES}\n"
        ));
    }
    for command in commands() {
        lines.push(format!("{:<28}{}", format!("{} {}", command.name(), command.argument()), command.meaning()));
    }
    if about.is_empty() {
        lines.push(
            "\nA statement goes on in the next line while a quote or a bracket is open, or after \\ or |.\n\
             Tab completes, Ctrl-C stops a running statement, Ctrl-D leaves."
                .to_owned(),
        );
    }
    if lines.is_empty() {
        let names = VERBS
            .iter()
            .map(|verb| verb.name)
            .chain(Command::ALL.into_iter().map(|command| command.name().trim_start_matches(':')));
        let near = nearest(&about, names).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        lines.push(format!("there is no help on {about:?}{near}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_their_beginnings() {
        for command in Command::ALL {
            assert_eq!(Command::parse(command.name()), Ok((command, "")));
            assert!(!command.meaning().is_empty() && help("").contains(command.name()));
        }
        assert_eq!(Command::parse(" :Mode  box "), Ok((Command::Mode, "box")));
        assert_eq!(Command::parse(":q"), Ok((Command::Quit, "")));
        assert_eq!(Command::parse(":scope as of 2014"), Ok((Command::Scope, "as of 2014")));
    }

    #[test]
    fn what_is_no_command_is_answered() {
        assert_eq!(Command::parse(":desuggar x").unwrap_err(), "there is no command :desuggar; did you mean :desugar?");
        for line in [":", ":s", ":xyzzy"] {
            assert!(Command::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_on_one_thing() {
        assert!(help("path").starts_with("path \"A\" to \"B\""));
        assert!(help(":timer").starts_with(":timer [on | off]"));
        assert_eq!(help("pat"), "there is no help on \"pat\"; did you mean path?");
    }
}
