# frozen_string_literal: true

module Inkotls
  # A certificate, for inspection only: the handshake decides whether the peer is trusted.
  class Certificate
    # der  The certificate in DER.
    def initialize(der)
      @library = Library.current
      handle = @library.output { |out| @library.certificate_new.call(der, der.bytesize, out) }
      @pointer = Fiddle::Pointer.new(handle, 0, @library.certificate_free)
    end

    def subject = text(:certificate_subject)
    def issuer = text(:certificate_issuer)
    def serial = bytes(:certificate_serial).unpack1("H*").to_i(16)
    def not_before = time(:certificate_not_before)
    def not_after = time(:certificate_not_after)
    def dns_names = texts(:certificate_dns_name)
    def ip_addresses = texts(:certificate_ip_address_text)
    def uris = texts(:certificate_uri_name)
    def emails = texts(:certificate_email_name)
    # The SHA-256 of the certificate.
    def fingerprint = bytes(:certificate_fingerprint)
    def ca? = @library.certificate_is_ca.call(@pointer.to_i) == 1
    def to_der = bytes(:certificate_der)
    def to_pem = "-----BEGIN CERTIFICATE-----\n#{[to_der].pack('m48')}-----END CERTIFICATE-----\n"
    def inspect = "#<#{self.class} #{subject}>"
    def ==(other) = other.is_a?(Certificate) && to_der == other.to_der

    private

    def bytes(name, *index)
      @library.bytes { |start, length| @library.public_send(name).call(@pointer.to_i, *index, start, length) }
    end

    def text(name, *index) = bytes(name, *index)&.force_encoding(Encoding::UTF_8)

    def texts(name) = @library.list { |index| text(name, index) }

    def time(name)
      out = "\0" * 8
      Error.check(@library.public_send(name).call(@pointer.to_i, Fiddle::Pointer[out].to_i))
      Time.at(out.unpack1("q")).utc
    end
  end
end
