// SPDX-License-Identifier: Apache-2.0

// Package rollout decides what a rollout does next: plan = f(workload, snapshot), exactly as the controllers of OpenKruise and
// Kubernetes decide. It is librollout, a C library without I/O, clock or state, called over cgo.
//
// There are two ways in. Facts: [Plan] and [Order] take a [Workload] and a [Snapshot] that the caller fills from types of
// his own. Documents: [PlanDocument] and [OrderDocument] take decoded JSON with Kubernetes' own objects, and [Decode] turns such a
// document into facts. [Diff] tells whether a change can be made in place.
//
// # What holds everywhere
//
// Same input, same plan. Every function may be called from any goroutine. Arguments are only read, and must not be written to
// during the call; results are plain Go values that nothing has to close.
//
// Times are milliseconds since 1970 as int64, and 0 is none, as in C: time.UnixMilli and Time.UnixMilli convert. In facts an
// index counts from 1 and 0 is none, so that a zero value is none; in results indexes count from 0, and [None] is none.
// A pointer to a text or number is nil where it is absent, and "" or 0 are then values of their own; a plain string counts as
// absent where it is empty. Labels are maps, and are handed on sorted by key. A tree of type any is decoded JSON.
//
// # Errors
//
// Every error is an [*Error], or where a document holds several workloads a join of them. errors.Is knows its code, one of the
// Err constants, and errors.As its path and value.
//
// # Building
//
// The library lies beside the Go files as one C file, so that a C compiler is all that is needed. With the build tag
// rollout_system the installed library is used, found by pkg-config; one of another version is refused when it is compiled against,
// and by every call when another one than that is loaded.
package rollout
