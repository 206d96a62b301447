# frozen_string_literal: true

module Inkotls
  VERSION = "0.1.0"
end
