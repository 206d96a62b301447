# frozen_string_literal: true

module Inkotls
  # A builder of the library, which becomes a config.
  class Builder
    # side  :client or :server.
    def initialize(side)
      @side, @library = side, Library.current
      @builder = function("builder_new").call
    end

    # Calls a function of the builder, and raises its failure.
    def set(name, *arguments)
      status = function("builder_#{name}").call(@builder, *arguments)
      raise Error.of(status, :"#{@side}_builder", @builder) if status != 0
    end

    def set_text(name, text) = set(name, text, text.bytesize)

    # Calls a function with the number of each name, such as 0x0304 of the protocol version "TLS 1.3".
    def set_numbers(kind, names)
      names.each do |name|
        number = @library.public_send(:"#{kind}_number").call(name, name.bytesize)
        raise ArgumentError, "unknown #{kind.to_s.tr('_', ' ')}: #{name}" if number.negative?

        set(:"add_#{kind}", number)
      end
    end

    # Returns the handle of the config.
    def build
      out = "\0" * Library::POINTER_SIZE
      set(:build, Fiddle::Pointer[out].to_i)
      @builder = nil # consumed
      out.unpack1("J")
    end

    def free
      function("builder_free").call(@builder) if @builder
    end

    # Yields the handle of roots, which are freed afterwards.
    def with_roots(ca: nil, ca_file: nil, crl: nil, crl_file: nil, platform: false)
      roots = @library.roots_new.call
      add = lambda do |name, *data|
        status = @library.public_send(:"roots_add_#{name}").call(roots, *data, *data.map(&:bytesize))
        raise Error.of(status, :roots, roots) if status != 0
      end
      Array(ca).each { |certificate| add.call(:pem, Identity.pem(certificate)) }
      add.call(:pem_file, ca_file.to_s) if ca_file
      Array(crl).each { |list| add.call(:crl_pem, Identity.pem(list)) }
      add.call(:crl_pem_file, crl_file.to_s) if crl_file
      add.call(:platform) if platform
      yield roots
    ensure
      @library.roots_free.call(roots) if roots
    end

    # Sets identities by server name.
    def set_names(names)
      map = @library.sni_map_new.call
      names.each { |name, identity| Error.check(@library.sni_map_set.call(map, name, name.bytesize, identity.handle)) }
      set(:set_sni_map, map)
    ensure
      @library.sni_map_release.call(map) if map
    end

    private

    def function(name) = @library.public_send(:"#{@side}_#{name}")
  end
  private_constant :Builder

  # The settings of connections, and the sessions that they resume. A context never changes: any number of threads and
  # fibers use it, and so do Ractors, unless it has callbacks.
  class Context
    attr_reader :handle, :sockets

    def inspect = "#<#{self.class}>"

    private

    # Builds the config of a side, :client or :server. The block makes the settings that only this side has.
    def build(side, alpn: [], versions: [], cipher_suites: [], groups: [], session_cache: nil, dangerous_verifier: nil,
              dangerous_key_log: nil)
      builder = Builder.new(side)
      alpn.each { |protocol| builder.set_text(:add_alpn, protocol) }
      builder.set_numbers(:protocol_version, versions)
      builder.set_numbers(:cipher_suite, cipher_suites)
      builder.set_numbers(:named_group, groups)
      builder.set(:set_session_cache, session_cache) if session_cache
      add_callbacks(builder, dangerous_verifier, dangerous_key_log)
      yield builder
      @handle = builder.build
      ObjectSpace.define_finalizer(self, Library.finalizer(:"#{side}_config_release", @handle))
      freeze
    ensure
      builder&.free
    end

    # The callbacks are kept as long as the context, which all its connections refer to.
    def add_callbacks(builder, verifier, key_log)
      return unless verifier || key_log

      @sockets, @callbacks = ObjectSpace::WeakMap.new, []
      builder.set(:set_dangerous_verifier, keep(Callbacks.verify(@sockets, verifier)), 0, 1) if verifier
      builder.set(:set_dangerous_key_log, keep(Callbacks.key_log(@sockets, key_log)), 0) if key_log
    end

    # Returns the address of a callback. GC.compact must not move its object, because Fiddle keeps the address of that.
    def keep(callback)
      @callbacks << Fiddle::Pinned.new(callback)
      callback.to_i
    end
  end

  # The settings of clients.
  class ClientContext < Context
    # ca, ca_file         The certificate authorities to trust, instead of those of the platform: PEM, an object with
    #                     to_pem or an Array of them; or the path of a file. With platform: true, both.
    # crl, crl_file       Certificate revocation lists.
    # identity            An Identity for servers that ask for one.
    # early_data          true to offer early data.
    # alpn, versions, cipher_suites, groups
    #                     Arrays of names; the names are those of the library, such as "TLS 1.3".
    # session_cache       How many servers have sessions that can be resumed; 0 disables resumption.
    # dangerous_verifier  Called with a Verification, on a thread where it may wait. Returns true to accept the server,
    #                     anything else to refuse it.
    # dangerous_key_log   Called with each line and its Socket.
    def initialize(ca: nil, ca_file: nil, crl: nil, crl_file: nil, platform: false, identity: nil, early_data: false,
                   **settings)
      super()
      platform ||= !(ca || ca_file)
      build(:client, **settings) do |builder|
        builder.with_roots(ca: ca, ca_file: ca_file, crl: crl, crl_file: crl_file, platform: platform) do |roots|
          builder.set(:set_roots, roots)
        end
        builder.set(:add_identity, identity.handle) if identity
        builder.set(:set_early_data, 1) if early_data
      end
    end

    # The connection to the server with this name over a socket, which the connection owns from now on.
    def wrap(io, server_name:)
      library = Library.current
      conn = library.output { |out| library.conn_new_client.call(@handle, server_name, server_name.bytesize, out) }
      Socket.new(io, self, conn)
    rescue Error => e
      raise e.status == :invalid_name ? Error.new(invalid_name(server_name), e.status) : e
    end

    # Connects to a server, and completes the handshake.
    def connect(host, port, server_name: host, timeout: nil)
      tcp = ::Socket.tcp(host, port, connect_timeout: timeout)
      socket = wrap(tcp, server_name: server_name)
      socket.timeout = timeout
      socket.handshake
    rescue Exception # rubocop:disable Lint/RescueException
      (socket || tcp)&.close
      raise
    end

    private

    def invalid_name(name)
      buffer, length = "\0" * 512, "\0" * Library::POINTER_SIZE
      Library.current.invalid_name_text.call(name, name.bytesize, Fiddle::Pointer[buffer].to_i, buffer.bytesize,
                                             Fiddle::Pointer[length].to_i)
      buffer[0, length.unpack1("J")].force_encoding(Encoding::UTF_8)
    end
  end

  # The settings of servers.
  class ServerContext < Context
    CLIENT_AUTH = {
      off: Declarations::CLIENT_AUTH_OFF, optional: Declarations::CLIENT_AUTH_OPTIONAL,
      required: Declarations::CLIENT_AUTH_REQUIRED,
    }.freeze
    private_constant :CLIENT_AUTH

    # identity        The Identity of the server, or of clients that send no name.
    # names           A Hash from server names to identities. Without identity, other names are refused.
    # client_auth     :off, :optional or :required, with ca, ca_file, crl or crl_file.
    # max_early_data  How many bytes of early data a connection may have.
    # session_cache   How many sessions are kept.
    # alpn, versions, cipher_suites, groups, dangerous_verifier, dangerous_key_log
    #                 As in ClientContext.
    def initialize(identity: nil, names: nil, client_auth: :off, ca: nil, ca_file: nil, crl: nil, crl_file: nil,
                   max_early_data: 0, **settings)
      super()
      build(:server, **settings) do |builder|
        builder.set(:set_identity, identity.handle) if identity
        builder.set_names(names) if names
        builder.with_roots(ca: ca, ca_file: ca_file, crl: crl, crl_file: crl_file) do |roots|
          builder.set(:set_client_auth, CLIENT_AUTH.fetch(client_auth), roots)
        end
        builder.set(:set_max_early_data, max_early_data)
      end
    end

    # The connection to the client on a socket, which the connection owns from now on. Nothing is read yet.
    def wrap(io)
      library = Library.current
      Socket.new(io, self, library.output { |out| library.conn_new_server.call(@handle, out) })
    end
  end
end
