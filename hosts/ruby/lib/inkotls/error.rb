# frozen_string_literal: true

module Inkotls
  # A failure of the library. The cause is the exception of a callback, if there was one.
  class Error < StandardError
    # The status of the library, such as :invalid_peer_certificate.
    attr_reader :status
    # Why the certificate of the peer was refused, such as :expired, or nil.
    attr_reader :certificate_error
    # The last alerts, such as :unknown_ca, or nil.
    attr_reader :alert_sent, :alert_received

    def initialize(message, status, certificate_error: nil, alert_sent: nil, alert_received: nil)
      super(message)
      @status, @certificate_error = status, certificate_error
      @alert_sent, @alert_received = alert_sent, alert_received
    end

    # Raises the failure of a call without a handle, or of one whose message is passed.
    def self.check(status, message = nil)
      raise new(message || Library.current.status_text.call(status), Declarations::STATUS.fetch(status)) if status != 0
    end

    # The exception for a status of a handle whose functions begin with `prefix`.
    def self.of(status, prefix, handle, library = Library.current)
      message = library.public_send(:"#{prefix}_error").call(handle).force_encoding(Encoding::UTF_8)
      message = library.status_text.call(status) if message.empty?
      if status == Declarations::STATUS_IO_ERROR
        errno = library.public_send(:"#{prefix}_os_error").call(handle)
        return SystemCallError.new(message, errno) if errno.positive?
      end
      new(message, Declarations::STATUS.fetch(status), **(prefix == :conn ? details(handle, library) : {}))
    end

    def self.details(conn, library)
      alert = ->(number) { library.alert_name.call(number).to_sym unless number.negative? }
      {
        certificate_error: Declarations::CERTIFICATE_ERROR[library.conn_certificate_error.call(conn)],
        alert_sent: alert.call(library.conn_alert_sent.call(conn)),
        alert_received: alert.call(library.conn_alert_received.call(conn)),
      }
    end
    private_class_method :details
  end

  # A time limit has passed: Socket#timeout.
  TimeoutError = defined?(IO::TimeoutError) ? IO::TimeoutError : Class.new(IOError)
end
