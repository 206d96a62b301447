//! rustls's connection, or what there is before rustls has one.

use super::opening::{Listening, Opening};
use super::side::Side;

pub enum Phase {
    Opening(Box<dyn Opening>),
    Open {
        side: Box<dyn Side>,
        /// The handshake is finished and its last flight is gone.
        is_established: bool,
    },
}

impl Phase {
    pub fn side(&self) -> Option<&dyn Side> {
        match self {
            Self::Open { side, .. } => Some(side.as_ref()),
            Self::Opening(_) => None,
        }
    }

    pub fn side_mut(&mut self) -> Option<&mut dyn Side> {
        match self {
            Self::Open { side, .. } => Some(side.as_mut()),
            Self::Opening(_) => None,
        }
    }

    pub fn opening_mut(&mut self) -> Option<&mut dyn Opening> {
        match self {
            Self::Opening(opening) => Some(opening.as_mut()),
            Self::Open { .. } => None,
        }
    }

    /// A server that has not answered yet.
    pub fn listening(&self) -> Option<&Listening> {
        match self {
            Self::Opening(opening) => opening.listening(),
            Self::Open { .. } => None,
        }
    }

    pub fn listening_mut(&mut self) -> Option<&mut Listening> {
        self.opening_mut()?.listening_mut()
    }

    pub fn is_server(&self) -> bool {
        match self {
            Self::Opening(opening) => opening.listening().is_some(),
            Self::Open { side, .. } => side.server().is_some(),
        }
    }

    /// Whether rustls has nothing more to send or to receive before application data.
    pub fn is_finished(&self) -> bool {
        match self {
            Self::Open { side, is_established } => *is_established || !side.is_handshaking(),
            Self::Opening(_) => false,
        }
    }

    pub fn is_established(&self) -> bool {
        matches!(self, Self::Open { is_established: true, .. })
    }

    pub fn establish(&mut self) {
        if let Self::Open { is_established, .. } = self {
            *is_established = true;
        }
    }
}
