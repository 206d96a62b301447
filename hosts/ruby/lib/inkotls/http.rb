# frozen_string_literal: true

require "inkotls"
require "net/http"

module Inkotls
  # Net::HTTP over this library. The settings of TLS are those of a context: setters of Net::HTTP for OpenSSL, such as
  # ca_file=, are refused.
  class HTTP < Net::HTTP
    # The ClientContext of https. The default trusts the certificate authorities of the platform.
    attr_writer :tls_context

    def tls_context = @tls_context || HTTP.default_tls_context

    def self.default_tls_context = @default_tls_context ||= ClientContext.new(alpn: ["http/1.1"])

    # Yields a started session to the server of a URI.
    def self.open(uri, tls_context: nil)
      http = new(uri.hostname, uri.port)
      http.use_ssl = uri.is_a?(URI::HTTPS)
      http.tls_context = tls_context
      http.start { yield http }
    end

    # The Certificate of the server.
    def peer_cert = @socket&.io&.peer_certificate

    private

    def connect
      return super unless use_ssl?

      foreign = SSL_IVNAMES.find { |name| instance_variable_get(name) if instance_variable_defined?(name) }
      raise ArgumentError, "#{foreign.to_s.delete_prefix('@')} is a setting for OpenSSL: use tls_context" if foreign

      tcp = connect_tcp
      tunnel(tcp) if proxy?
      tls = tls_context.wrap(tcp, server_name: @address)
      secure(tls)
      @socket = buffered(tls)
      @last_communicated = nil
      on_connect
    rescue StandardError
      (tls || tcp)&.close
      raise
    end

    def connect_tcp
      host, port = proxy? ? [proxy_address, proxy_port] : [conn_address, self.port]
      ::Socket.tcp(host, port, @local_host, @local_port, connect_timeout: @open_timeout)
    rescue Errno::ETIMEDOUT => e
      raise Net::OpenTimeout, e.message
    end

    def tunnel(tcp)
      head = +"CONNECT #{conn_address}:#{port} HTTP/1.1\r\nHost: #{@address}:#{port}\r\n"
      head << "Proxy-Authorization: Basic #{["#{proxy_user}:#{proxy_pass}"].pack('m0')}\r\n" if proxy_user
      plain = buffered(tcp)
      plain.write("#{head}\r\n")
      Net::HTTPResponse.read_new(plain).value
    end

    def secure(tls)
      tls.timeout = @open_timeout
      tls.handshake
      tls.timeout = nil
    rescue TimeoutError => e
      raise Net::OpenTimeout, e.message
    end

    def buffered(io)
      Net::BufferedIO.new(io, read_timeout: @read_timeout, write_timeout: @write_timeout,
                              continue_timeout: @continue_timeout, debug_output: @debug_output)
    end
  end
end
