# frozen_string_literal: true

module Inkotls
  # A peer that a verifier decides about: dangerous_verifier of a Context. It can be used until the verifier returns.
  class Verification
    # The connection, whose methods must not be called.
    attr_reader :socket

    def initialize(handle, socket)
      @handle, @socket, @library = handle, socket, Library.current
    end

    # What the standard verification says: true, or why it refuses the peer, such as :expired. A verifier may return it.
    def verify
      number = @library.verification_verify.call(@handle)
      number == Declarations::VERDICT_ACCEPTED || Declarations::CERTIFICATE_ERROR.fetch(number, :other)
    end

    # The name that the server must prove, or nil if the peer is a client.
    def server_name
      @library.text { |start, length| @library.verification_server_name.call(@handle, start, length) }
    end

    # The certificates of the peer, its own first.
    def certificates
      @library.list do |index|
        der = @library.bytes { |start, length| @library.verification_certificate.call(@handle, index, start, length) }
        Certificate.new(der) if der
      end
    end
  end

  # The functions that the library calls. They return on the stack on which they were called: whatever a block of the
  # program does, no exception and no other fiber leaves them.
  module Callbacks
    REFUSED = Declarations::CERTIFICATE_ERROR_OTHER
    private_constant :REFUSED

    # The number of a verdict: true accepts, and a Symbol is the reason of a refusal.
    def self.verdict(verdict)
      return Declarations::VERDICT_ACCEPTED if verdict == true

      Declarations::CERTIFICATE_ERROR.key(verdict) || REFUSED
    end

    # Runs on a thread of the pool. The program's block has a thread of its own, which can be killed and can raise while
    # this thread cannot, so that a verifier which never returns does not keep the process from ending.
    def self.verify(sockets, block)
      Library.callback(:verify) do |_, id, handle|
        socket = sockets[id.to_i]
        Thread.handle_interrupt(Object => :never) do
          Thread.new { decide(handle.to_i, socket, block) }.value || REFUSED
        end
      end
    end

    def self.decide(handle, socket, block)
      Thread.handle_interrupt(Object => :immediate) { verdict(block.call(Verification.new(handle, socket))) }
    rescue Exception => e # rubocop:disable Lint/RescueException
      socket&.callback_error = e
      REFUSED
    end
    private_class_method :decide

    # Runs in the calls of a handshake. A blocking fiber does not switch to others when it waits, for example for a file.
    def self.key_log(sockets, block)
      Library.callback(:key_log) do |_, id, line, length|
        socket = sockets[id.to_i]
        Thread.handle_interrupt(Object => :never) do
          Fiber.new(blocking: true) { block.call(line[0, length], socket) }.resume
        rescue Exception => e # rubocop:disable Lint/RescueException
          socket&.callback_error = e
        end
      end
    end
  end
end
