//! What a call that an export guards may return.

use crate::error::{Error, Status};

/// A failure, or a status in the form that the call has it.
pub trait Answer {
    fn status(self) -> Result<Status, Error>;
}

impl Answer for Status {
    fn status(self) -> Result<Status, Error> {
        Ok(self)
    }
}

/// The call did what it does.
impl Answer for () {
    fn status(self) -> Result<Status, Error> {
        Ok(Status::Ok)
    }
}

/// Whether there is what the call asks for.
impl Answer for Option<()> {
    fn status(self) -> Result<Status, Error> {
        Ok(self.map_or(Status::None, |()| Status::Ok))
    }
}

impl<A: Answer> Answer for Result<A, Error> {
    fn status(self) -> Result<Status, Error> {
        self.and_then(A::status)
    }
}
