# frozen_string_literal: true

require "forwardable"
require "io/wait"
require "socket"

module Inkotls
  # One side of a connection: an object like IO. Context#wrap creates it. A fiber of a scheduler that waits lets the
  # other fibers run. One task may read while another one writes, and a third one may close.
  class Socket
    include Buffering
    include Declarations
    extend Forwardable

    # How much is read at once.
    CHUNK = 16_384
    # How long close waits until it has sent what is queued, and then until the peer has closed, in seconds.
    CLOSE_TIMEOUT = 5
    LINGER_TIMEOUT = 1

    attr_reader :context
    # How long a call waits, in seconds; nil: without a limit. After a TimeoutError, a read or a handshake can be repeated.
    attr_accessor :timeout
    # The exception of a callback.
    attr_writer :callback_error

    # The socket below TLS, for example for IO.select.
    attr_reader :io
    alias to_io io

    def_delegators :@io, :fileno, :addr, :peeraddr, :local_address, :remote_address, :getsockopt, :setsockopt,
                   :do_not_reverse_lookup=

    def initialize(io, context, conn)
      @library = Library.current
      @pointer, @conn = Fiddle::Pointer.new(conn, 0, @library.conn_free), conn
      @io, @context = io.to_io, context
      @reading, @writing, @waiting = Mutex.new, Mutex.new, 0
      @outputs = Fiddle::Pointer.malloc(2 * Library::POINTER_SIZE, Fiddle::RUBY_FREE)
      @length_read, @length_written = @outputs.to_i, @outputs.to_i + Library::POINTER_SIZE
      @unconfirmed = 0
      refuse_buffered_plaintext
      # Otherwise an answer of a server waits until its tickets are acknowledged.
      @io.setsockopt(::Socket::IPPROTO_TCP, ::Socket::TCP_NODELAY, 1) if @io.local_address.ip?
      set_user_data if context.sockets
      check(@library.conn_set_fd.call(conn, @io.fileno))
    end

    # Completes the handshake. Reading and writing do so by themselves.
    def handshake
      return self if @is_connected

      @reading.synchronize { @writing.synchronize { complete_handshake } }
      self
    end
    alias connect handshake
    alias accept handshake

    # Sends close_notify. Reading can go on.
    def close_write
      handshake
      @writing.synchronize { check(drive { @library.conn_close.call(@conn) }) }
      nil
    end

    # Sends close_notify, and closes the socket. Calls of other tasks end with an IOError.
    def close
      return if @is_closed

      @is_closed = true
      is_unused = true
      if @step&.over? == false
        @step.abandon # another thread uses the connection, but not the socket; the garbage collector frees it later
      else
        finish
        # If a callback waits in another thread, the call that it runs in may still use the socket.
        is_unused = @library.conn_detach.call(@conn) == STATUS_OK
        free
      end
      # A task that waits is woken by the shutdown, and closes the socket.
      shutdown(::Socket::SHUT_RDWR)
      close_io if is_unused && @waiting.zero?
      nil
    end

    def closed? = @is_closed == true

    # ------------------------------------------------------------ early data

    # Sends early data of a client, before the handshake, or answers that of a client. Returns how many bytes were sent, which
    # is 0 if early data is not possible. Anyone who records early data can send it again.
    def write_early(data)
      @writing.synchronize do
        transmit_all(data.to_s, 0) { |start, length| @library.conn_write_early_data.call(@conn, start, length, @length_written) }
      end
    end

    # Early data of the client, or nil after its end.
    def read_early
      @reading.synchronize do
        status = drive { @library.conn_read_early_data.call(@conn, buffer.to_i, CHUNK, @length_read) }
        received if check(status, STATUS_NONE)
      end
    end

    # true or false; nil if the connection has no early data.
    def early_data_accepted?
      number = @library.conn_is_early_data_accepted.call(@conn)
      number == 1 unless number.negative?
    end

    # ------------------------------------------------------------ facts, after the handshake

    def alpn_protocol = text(:conn_alpn)
    # The name that the client asked for; a server has it.
    def server_name = text(:conn_server_name)
    def version = name(:protocol_version, @library.conn_protocol_version.call(@conn))
    def cipher_suite = name(:cipher_suite, @library.conn_cipher_suite.call(@conn))
    def group = name(:named_group, @library.conn_named_group.call(@conn))
    def session_reused? = @library.conn_is_resumed.call(@conn) == 1
    def peer_certificate = certificate(:conn_peer_certificate, 0)
    # The certificates that the peer has presented, its own first.
    def peer_certificates = @library.list { |index| certificate(:conn_peer_certificate, index) }
    # The path that was verified, without its trust anchor.
    def verified_certificates = @library.list { |index| certificate(:conn_verified_certificate, index) }

    # Bytes that both sides derive from the label, the context and the length (RFC 5705).
    def export_keying_material(label, length, context: nil)
      out = ("\0" * length).b
      buffers = [label, context, out].map { |buffer| buffer && Fiddle::Pointer[buffer] }
      inputs = buffers.take(2).flat_map { |buffer| [buffer.to_i, buffer ? buffer.size : 0] }
      check(@library.conn_export_keying_material.call(@conn, *inputs, buffers.last.to_i, length))
      out
    end

    def inspect = "#<#{self.class} #{@is_closed ? 'closed' : @io.inspect}>"

    private

    # Plaintext that was received before the handshake is either a mistake or an attack (STARTTLS injection).
    def refuse_buffered_plaintext
      @io.recv_nonblock(1, ::Socket::MSG_PEEK, exception: false)
    rescue IOError
      raise Error.new("the socket has buffered plaintext, which cannot be a part of TLS", :invalid_state)
    rescue SystemCallError
      nil # the handshake reports it
    end

    def set_user_data
      @context.sockets[object_id] = self
      check(@library.conn_set_user_data.call(@conn, object_id))
    end

    def complete_handshake
      status = drive { @library.conn_handshake.call(@conn) }
      check(status)
      raise_callback_error
      @is_connected = true
    end

    def raise_callback_error
      error, @callback_error = @callback_error, nil
      raise error if error
    end

    # ------------------------------------------------------------ reading and writing, for Buffering

    # At most `max` bytes; nil at a clean end, :wait_readable or :wait_writable if nonblock is true.
    def receive(max, nonblock: false)
      length = max < CHUNK ? max : CHUNK
      unless @is_connected
        direction = connect_in_lock(nonblock)
        return direction if direction
      end
      address = buffer.to_i
      status = drive(nonblock) { @library.conn_read.call(@conn, address, length, @length_read) }
      return status if status.is_a?(Symbol)

      received if check(status, STATUS_CLOSED)
    end

    # The handshake, by a task that holds @reading.
    def connect_in_lock(nonblock)
      @writing.synchronize do
        return if @is_connected
        return complete_handshake && nil unless nonblock

        status = drive(true) { @library.conn_handshake.call(@conn) }
        return status if status.is_a?(Symbol)

        complete_handshake
        nil
      end
    end

    def transmit(data)
      handshake unless @is_connected
      @writing.synchronize do
        transmit_all(data, @unconfirmed) { |start, length| @library.conn_write.call(@conn, start, length, @length_written) }
        @unconfirmed = 0
      end
    end

    # Returns how many bytes the block has consumed when it has consumed all or returns another status.
    def transmit_all(data, offset)
      data = data.dup.freeze unless data.frozen?
      pointer, size = Fiddle::Pointer[data], data.bytesize # keeps the memory of the data where it is
      start = pointer.to_i
      while offset < size
        status = drive { yield(start + offset, size - offset) }
        return offset if status == STATUS_NONE

        check(status)
        offset += written
      end
      check(drive { @library.conn_flush.call(@conn) })
      offset
    end

    # Bytes are reported when they are sent, and not when they are only encrypted: a caller that waits for an answer after
    # that would otherwise wait for ever.
    def transmit_nonblock(data)
      direction = @is_connected ? nil : @reading.synchronize { connect_in_lock(true) }
      return direction if direction

      @writing.synchronize do
        if @unconfirmed.zero? && !data.empty?
          pointer = Fiddle::Pointer[data]
          status = drive(true) { @library.conn_write.call(@conn, pointer.to_i, data.bytesize, @length_written) }
          return status if status.is_a?(Symbol)

          check(status)
          @unconfirmed = written
        end
        status = drive(true) { @library.conn_flush.call(@conn) }
        return status if status.is_a?(Symbol)

        check(status)
        sent, @unconfirmed = @unconfirmed, 0
        sent
      end
    end

    # The memory for what is read.
    def buffer = @buffer ||= Fiddle::Pointer.malloc(CHUNK, Fiddle::RUBY_FREE)

    def received
      @has_received = true
      @buffer[0, @outputs[0, Library::POINTER_SIZE].unpack1("J")]
    end

    def written = @outputs[Library::POINTER_SIZE, Library::POINTER_SIZE].unpack1("J")

    # ------------------------------------------------------------ the loop

    # Repeats a call as long as its status says so, and returns the last status. With nonblock, the status may be
    # :wait_readable or :wait_writable.
    def drive(nonblock = false)
      deadline = nil
      while true
        raise IOError, "closed stream" if @is_closed

        status = @step ? STATUS_WANT_BLOCKING : yield
        return status if status <= 0

        deadline ||= now + @timeout if @timeout && !nonblock
        case status
        when STATUS_WANT_BLOCKING then run_blocking(deadline)
        when STATUS_WANT_READ then nonblock ? (return :wait_readable) : wait(@io, :wait_readable, deadline)
        else nonblock ? (return :wait_writable) : wait(write_io, :wait_writable, deadline)
        end
      end
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    # The seconds until a deadline, or nil.
    def rest(deadline)
      return unless deadline

      seconds = deadline - now
      seconds.positive? ? seconds : raise(TimeoutError, "the time limit has passed")
    end

    def wait(io, how, deadline)
      seconds = rest(deadline)
      @waiting += 1
      begin
        io.public_send(how, seconds) or raise TimeoutError, "the time limit has passed"
      ensure
        @waiting -= 1
        close_io if @is_closed && @waiting.zero?
      end
    end

    # Some schedulers, such as that of async 1, can wait for an IO only once at a time: a task that writes waits for
    # another IO than one that reads.
    def write_io = @write_io ||= @io.dup

    # Runs a step that may block. A step that a time limit has left running goes on in the next call.
    def run_blocking(deadline)
      @step ||= @library.pool.start { @library.conn_run_blocking.call(@conn) }
      @step.wait(rest(deadline))
      @step = nil if @step.over?
    end

    # OK is true, and the expected status is false; others are exceptions.
    def check(status, expected = STATUS_OK)
      return true if status == STATUS_OK
      return false if status == expected

      error = Error.of(status, :conn, @conn, @library)
      cause, @callback_error = @callback_error, nil
      raise error, cause: cause
    end

    # ------------------------------------------------------------ closing

    # Sends close_notify, and reads what would make the system reset the connection: a socket that is closed with unread
    # bytes destroys what was sent last. Those bytes are the tickets on a client that has read nothing, or whatever the
    # peer has sent before a failure; in these cases it is worth to wait for them.
    def finish
      return unless @writing.try_lock

      begin
        deadline = now + CLOSE_TIMEOUT
        write_io.wait_writable(deadline - now) while (status = @library.conn_close.call(@conn)).positive? && now < deadline
        has_failed = status.negative? && status != STATUS_IO_ERROR
        shutdown(::Socket::SHUT_WR)
        linger(has_failed || (@is_connected && !@has_received) ? LINGER_TIMEOUT : 0) if @waiting.zero?
      ensure
        @writing.unlock
      end
    rescue IOError, SystemCallError
      nil
    end

    def linger(seconds)
      deadline = now + seconds
      64.times do # not longer than what a peer may have sent before it knew
        case @io.recv_nonblock(CHUNK, exception: false)
        when nil, "" then break
        when :wait_readable then break unless deadline > now && @io.wait_readable(deadline - now)
        end
      end
    end

    # Frees the connection and its secrets now, unless a task uses it: then the garbage collector does.
    def free
      return unless @reading.try_lock

      if @writing.try_lock
        @conn = 0
        @pointer.call_free
        @writing.unlock
      end
      @reading.unlock
    end

    def shutdown(how)
      @io.shutdown(how)
    rescue SystemCallError, IOError
      nil
    end

    def close_io
      @io.close
      @write_io&.close
    end

    # ------------------------------------------------------------ facts

    def text(function) = @library.text { |start, length| @library.public_send(function).call(@conn, start, length) }

    def name(kind, number) = number.negative? ? nil : @library.public_send(:"#{kind}_name").call(number)

    def certificate(function, index)
      der = @library.bytes { |start, length| @library.public_send(function).call(@conn, index, start, length) }
      Certificate.new(der) if der
    end
  end
end
