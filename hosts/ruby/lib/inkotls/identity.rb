# frozen_string_literal: true

module Inkotls
  # A certificate chain and its private key. Ractors may share it.
  class Identity
    attr_reader :handle

    # cert, key            PEM, or objects with a method to_pem, such as those of OpenSSL.
    # cert_file, key_file  Paths of files with PEM.
    def initialize(cert: nil, key: nil, cert_file: nil, key_file: nil)
      library = Library.current
      @handle = library.identity_new.call
      ObjectSpace.define_finalizer(self, Library.finalizer(:identity_free, @handle))
      set(library.identity_set_chain_pem, Identity.pem(cert)) if cert
      set(library.identity_set_chain_pem_file, cert_file.to_s) if cert_file
      set(library.identity_set_key_pem, Identity.pem(key)) if key
      set(library.identity_set_key_pem_file, key_file.to_s) if key_file
      freeze
    end

    def self.pem(object) = object.respond_to?(:to_pem) ? object.to_pem : object

    private

    def set(function, data)
      status = function.call(@handle, data, data.bytesize)
      raise Error.of(status, :identity, @handle) if status != 0
    end
  end
end
