//! How a connection ends: by the peer's close_notify, by a cut, or by a failure and its alert.

use super::Conn;
use crate::engine::opening::Refusal;
use crate::engine::output::{Output, SentAlert};
use crate::engine::{Outcome, Step, alert, version};
use crate::error::{Error, Status, carried};
use rustls::{AlertDescription, PeerIncompatible, ProtocolVersion};
use std::mem::take;

impl Conn {
    pub(super) fn peer_closes(&mut self) {
        self.ends.peer_closes();
        self.discard_input();
    }

    fn discard_input(&mut self) {
        self.input.discard();
        self.gate.open();
    }

    /// No input at hand, or none that may be used: more may come, or the transport has ended.
    pub(super) fn starve<T>(&self) -> Outcome<T> {
        if self.gate.is_announced() {
            return Ok(Step::WantBlocking);
        }
        let Some(status) = self.ends.why_no_input() else {
            let has_record = self.input.has_record();
            debug_assert!(self.ends.is_severed() || !has_record, "rule 16: progress");
            return Ok(Step::WantRead);
        };
        let how = match status {
            Status::Closed => "with close_notify",
            _ => "without close_notify",
        };
        let text = match (self.is_established(), status) {
            (false, _) => {
                self.with_withheld(format!("the peer left before the handshake was done, {how}"))
            }
            (true, Status::Closed) => format!("the peer ended the connection {how}"),
            _ => format!("the transport ended {how}: what was received may be truncated"),
        };
        Err(Error::new(status, text))
    }

    /// Adds what this client knows of why the server refuses it.
    fn with_withheld(&self, text: String) -> String {
        match self.context.withheld {
            Some(why) => format!("{text}; {why}"),
            None => text,
        }
    }

    /// The failure, once its alert is drained.
    pub(super) fn end<T>(&self) -> Option<Outcome<T>> {
        let failure = self.ends.failure()?;
        Some(if self.has_output() { Ok(Step::WantWrite) } else { Err(failure.clone()) })
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Alert(alert::CLOSE_NOTIFY) => self.peer_closes(),
            Refusal::Alert(description) => {
                self.fail(rustls::Error::AlertReceived(description.into()))
            }
            Refusal::Alerted(error, mut alert) => {
                self.output.hold(|held| alert.write_all(held));
                self.fail(error);
            }
            Refusal::Error(error) => self.fail(error),
        }
    }

    pub(super) fn fail(&mut self, error: rustls::Error) {
        let error = self.explained(error);
        self.discard_input();
        if let rustls::Error::AlertReceived(description) = error {
            self.ends.alert_received = Some(description.into());
        }
        if matches!(error, rustls::Error::AlertReceived(_)) && !self.is_answered() {
            // Nothing may follow, and no one would read it (RFC 8446, section 6.2).
            self.output = Output::default();
        } else if !self.ends.is_closed() {
            self.answer_with_alert(&error);
        }
        self.keep_ech_answer(&error);
        let refusal = match error {
            rustls::Error::InvalidCertificate(_) => self.context.refusal.take(),
            _ => None,
        };
        let mut failure = refusal.unwrap_or_else(|| Error::from(error));
        match failure.status {
            Status::AlertReceived => failure.text = self.with_withheld(take(&mut failure.text)),
            Status::InvalidPeerCertificate => failure.text += &self.unproven_public_name(),
            _ => {}
        }
        self.context.within(|| log::error!("{}", failure.text));
        self.ends.fail(failure);
    }

    /// The error, with details that rustls does not know.
    fn explained(&self, error: rustls::Error) -> rustls::Error {
        use PeerIncompatible as P;
        match error {
            rustls::Error::DecryptError if !self.is_established() && self.context.finished => {
                let text = "the peer's Finished is wrong: \
                            the two sides did not see the same handshake";
                let error = Error::new(Status::ProtocolError, text);
                error.with_alert(AlertDescription::DecryptError).into()
            }
            rustls::Error::PeerIncompatible(P::ServerDoesNotSupportTls12Or13) => {
                version::unfit(self.context.old_version).into()
            }
            rustls::Error::PeerIncompatible(P::ServerRejectedEncryptedClientHello(_))
                if self.is_resumed() == Some(true) =>
            {
                // The server has not proven the public name (RFC 9849, section 6.1.4).
                let text = "the peer broke the protocol: it refused Encrypted ClientHello and \
                            resumed a session, which it must not know";
                let error = Error::new(Status::ProtocolError, text);
                error.with_alert(AlertDescription::EncryptedClientHelloRequired).into()
            }
            error => error,
        }
    }

    /// Whether rustls answers an alert with one: to a level that does not exist, or to a warning in
    /// TLS 1.3, which has no warnings.
    fn is_answered(&self) -> bool {
        self.phase.side().is_some_and(|side| side.wants_write())
    }

    /// Finds the alert that rustls sent, or sends the one that it should have sent.
    fn answer_with_alert(&mut self, error: &rustls::Error) {
        if let Some(side) = self.phase.side_mut() {
            self.output.collect(side);
        }
        let description = alert::answering(error).into();
        if self.phase.is_server() && is_unsigned(error) {
            // rustls sends no alert, and the flight without the signature is of no use.
            self.output.forget_last();
            return self.send_in_the_clear(alert::FATAL, description);
        }
        if *error == rustls::Error::NoCertificatesPresented && self.is_in_the_clear() {
            // rustls sends certificate_required or nothing, which is right in TLS 1.3 only.
            self.output.forget_last();
            let description = alert::without_certificate(self.phase.is_server()).into();
            return self.send_in_the_clear(alert::FATAL, description);
        }
        match self.output.alert {
            Some(SentAlert::Clear(description)) => self.ends.alert_sent = Some(description),
            Some(SentAlert::Protected) => self.ends.alert_sent = Some(description),
            None if self.is_in_the_clear() => self.send_in_the_clear(alert::FATAL, description),
            None => {}
        }
    }

    fn is_in_the_clear(&self) -> bool {
        match self.phase.side().and_then(|side| side.protocol_version()) {
            None => true,
            Some(version) => version == ProtocolVersion::TLSv1_2 && !self.output.encrypts,
        }
    }

    pub(super) fn send_in_the_clear(&mut self, level: u8, description: u8) {
        self.output.push_alert(level, description);
        self.ends.alert_sent = Some(description);
    }
}

/// A host's signer did not sign.
fn is_unsigned(error: &rustls::Error) -> bool {
    carried(error).is_some_and(|it| it.status == Status::InvalidKey)
}
