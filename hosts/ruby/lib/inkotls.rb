# frozen_string_literal: true

# TLS over sockets of Ruby. README.md describes the interface.
require_relative "inkotls/version"
require_relative "inkotls/declarations"
require_relative "inkotls/library"
require_relative "inkotls/error"
require_relative "inkotls/pool"
require_relative "inkotls/certificate"
require_relative "inkotls/identity"
require_relative "inkotls/verification"
require_relative "inkotls/context"
require_relative "inkotls/buffering"
require_relative "inkotls/socket"
