// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import (
	"strconv"
	"strings"
	"unsafe"
)

// Error is the sentence of a code. A code is the sentinel of its errors: errors.Is(err, ErrInvalid).
func (c Code) Error() string {
	switch c {
	case OK:
		return "no error"
	case ErrABI:
		return "a struct or number that this version of librollout does not know"
	case ErrInvalid:
		return "invalid input"
	case ErrNoMemory:
		return "out of memory"
	case ErrSyntax:
		return "no JSON"
	case ErrIO:
		return "reading failed"
	}
	return "error " + strconv.Itoa(int(c))
}

// Error is what every call of this package fails with; errors.As finds it, errors.Is its Code.
type Error struct {
	// Code is one of the Err constants.
	Code Code
	// Path is the field at fault, "pods[3].phase" or "spec.replicas" in the document's spelling; "" where there is none.
	Path string
	// Index is the element of an input array at fault, or -1.
	Index int
	// Value is the value at fault as JSON, cut where it is long; "" where there is none.
	Value string
	// Message is one line, which names path and value.
	Message string
}

// Error is the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code.Error()
	}
	return e.Message
}

// Unwrap gives the code, so that errors.Is knows it.
func (e *Error) Unwrap() error { return e.Code }

// record is the C library's error record; C writes it, so it is passed by its address.
type record struct{ c C.struct_rollout_error }

func newRecord() *record {
	r := new(record)
	r.c.struct_size = C.sizeof_struct_rollout_error
	r.c.index = C.ROLLOUT_NONE
	return r
}

// failed turns what a function returned into an error, or nil.
func (r *record) failed(code C.int) error {
	if code == C.ROLLOUT_OK {
		return nil
	}
	e := &Error{Code: Code(code), Index: -1, Path: chars(r.c.field[:]), Value: chars(r.c.value[:]), Message: chars(r.c.message[:])}
	if r.c.index != C.ROLLOUT_NONE {
		e.Index = int(r.c.index)
	}
	if e.Message == "" {
		e.Message = e.Code.Error()
	}
	return e
}

func chars(c []C.char) string {
	s := unsafe.String((*byte)(unsafe.Pointer(&c[0])), len(c))
	if n := strings.IndexByte(s, 0); n >= 0 {
		s = s[:n]
	}
	return strings.Clone(s)
}

func invalid(path, what, value string) *Error {
	message := what
	if path != "" {
		message = path + ": " + what
	}
	return &Error{Code: ErrInvalid, Path: path, Index: -1, Value: value, Message: message}
}

func noMemory() *Error {
	return &Error{Code: ErrNoMemory, Index: -1, Message: ErrNoMemory.Error()}
}
