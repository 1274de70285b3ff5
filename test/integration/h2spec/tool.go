//go:build tools

// Keeps what h2spec needs in go.mod, so that go.sum pins all of it.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
