//! Steps that may block: announced before anything of them is done, then run where the host allows
//! it.

/// What comes next, and waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// A server's answer to the ClientHello.
    Answer,
    /// So many bytes of input.
    Input(u32),
}

#[derive(Debug, Default, PartialEq)]
pub enum Gate {
    /// Nothing waits.
    #[default]
    Open,
    Announced(Next),
    /// `run_blocking` is at work; what was announced comes first.
    Running(Option<Next>),
}

impl Gate {
    pub fn is_announced(&self) -> bool {
        matches!(self, Self::Announced(_))
    }

    /// Whether a step may block now.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    pub fn announce(&mut self, next: Next) {
        *self = Self::Announced(next);
    }

    /// Lets through what was announced, and what follows it.
    pub fn run(&mut self) {
        if let Self::Announced(next) = *self {
            *self = Self::Running(Some(next));
        }
    }

    /// Takes what was announced: it is done now, or announced again.
    pub fn take(&mut self) -> Option<Next> {
        match *self {
            Self::Open => None,
            Self::Announced(next) => {
                *self = Self::Open;
                Some(next)
            }
            Self::Running(next) => {
                *self = Self::Running(None);
                next
            }
        }
    }

    /// `run_blocking` has ended, or there is nothing left to wait for.
    pub fn open(&mut self) {
        *self = Self::Open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_runs_once_and_first() {
        let mut gate = Gate::default();
        gate.run();
        assert_eq!(gate, Gate::Open);
        gate.announce(Next::Input(7));
        assert!(gate.is_announced() && !gate.is_running());
        gate.run();
        assert!(!gate.is_announced() && gate.is_running());
        assert_eq!((gate.take(), gate.take()), (Some(Next::Input(7)), None));
        assert!(gate.is_running());
        gate.open();
        assert_eq!(gate, Gate::Open);
    }

    #[test]
    fn what_is_not_run_is_not_lost() {
        let mut gate = Gate::default();
        gate.announce(Next::Input(7));
        assert_eq!(gate.take(), Some(Next::Input(7)));
        assert_eq!(gate, Gate::Open);
        gate.announce(Next::Answer);
        assert_eq!((gate.take(), gate.take()), (Some(Next::Answer), None));
    }
}
