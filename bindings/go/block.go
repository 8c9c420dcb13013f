// SPDX-License-Identifier: Apache-2.0

package rollout

/*
#include <stdlib.h>

#include "rollout_go.h"

// C.malloc ends the program where there is no memory.
static void *rollout_go_resize(void *memory, size_t size)
{
    return realloc(memory, size);
}
*/
import "C"

import (
	"unicode/utf8"
	"unsafe"
)

// block is the one C allocation of a call. Nodes of trees lie at its front, then structs and arrays; texts grow from its end.
type block struct {
	mem   unsafe.Pointer
	size  uintptr
	front uintptr                         // bytes in use at the front
	back  uintptr                         // bytes in use at the end
	nodes uintptr                         // how many nodes the front begins with
	known [256]struct{ back, len uint32 } // short texts of nodes that lie in the block already
}

// node is struct rollout_node with addresses as plain numbers: they are of C memory, of which the garbage collector need
// not know.
type node struct {
	kind, size uint32
	key, text  struct{ data, len uintptr }
	integer    int64
	real       float64
}

const nodeSize = unsafe.Sizeof(node{})

// The compiler refuses these where the two differ.
var (
	_ [nodeSize]struct{}                    = [C.sizeof_struct_rollout_node]struct{}{}
	_ [unsafe.Offsetof(node{}.size)]byte    = [unsafe.Offsetof(C.struct_rollout_node{}.size)]byte{}
	_ [unsafe.Offsetof(node{}.key)]byte     = [unsafe.Offsetof(C.struct_rollout_node{}.key)]byte{}
	_ [unsafe.Offsetof(node{}.text)]byte    = [unsafe.Offsetof(C.struct_rollout_node{}.text)]byte{}
	_ [unsafe.Offsetof(node{}.integer)]byte = [unsafe.Offsetof(C.struct_rollout_node{}.integer)]byte{}
	_ [unsafe.Offsetof(node{}.real)]byte    = [unsafe.Offsetof(C.struct_rollout_node{}.real)]byte{}
)

// smallest is what a block begins with where nobody knows better.
const smallest = 1 << 14

func (b *block) free() {
	C.free(b.mem)
	*b = block{}
}

// room makes sure that n more bytes fit. False: there is no memory for them.
func (b *block) room(n uintptr) bool {
	return n <= b.size-b.front-b.back || b.grow(n)
}

func (b *block) grow(n uintptr) bool {
	need := b.front + b.back + n
	if need < n || need > 1<<62 {
		return false
	}
	size := (max(need, 2*b.size, smallest) + 7) &^ 7
	oldEnd := uintptr(b.mem) + b.size
	mem := C.rollout_go_resize(b.mem, C.size_t(size))
	if mem == nil {
		return false
	}
	if b.back > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Add(mem, size-b.back)), b.back),
			unsafe.Slice((*byte)(unsafe.Add(mem, b.size-b.back)), b.back))
	}
	moved := uintptr(mem) + size - oldEnd
	b.mem, b.size = mem, size
	all := b.allNodes()
	for i := range all {
		if all[i].key.data != 0 {
			all[i].key.data += moved
		}
		if all[i].text.data != 0 {
			all[i].text.data += moved
		}
	}
	return true
}

func (b *block) allNodes() []node {
	if b.nodes == 0 {
		return nil
	}
	return unsafe.Slice((*node)(b.mem), b.nodes)
}

// node is valid until the next one is added.
func (b *block) node(i uintptr) *node { return (*node)(unsafe.Add(b.mem, i*nodeSize)) }

// add puts a node at the front, where nothing but nodes may be yet, zeroed but for its kind. nil: no memory. There is room
// for n bytes of texts then.
func (b *block) add(kind uint32, n int) *node {
	if !b.room(nodeSize + uintptr(n)) {
		return nil
	}
	added := b.node(b.nodes)
	*added = node{kind: kind, size: 1}
	b.nodes++
	b.front += nodeSize
	return added
}

// text puts a text at the end, for which there must be room.
func (b *block) text(s string) uintptr {
	b.back += uintptr(len(s))
	at := unsafe.Add(b.mem, b.size-b.back)
	copy(unsafe.Slice((*byte)(at), len(s)), s)
	return uintptr(at)
}

// shared puts a text at the end, for which there must be room, if it does not lie there already: keys, and many values, come
// again with every object. False: it is no UTF-8.
func (b *block) shared(s string) (uintptr, bool) {
	n := len(s)
	if n == 0 || n > 64 {
		return b.valid(s)
	}
	k := &b.known[(uint(s[0])*5+uint(s[n-1])*31+uint(s[n/2])*57+uint(n)*7)%uint(len(b.known))]
	if int(k.len) == n {
		at := unsafe.Add(b.mem, b.size-uintptr(k.back))
		if unsafe.String((*byte)(at), n) == s {
			return uintptr(at), true
		}
	}
	at, ok := b.valid(s)
	if ok && b.back < 1<<32 {
		k.back, k.len = uint32(b.back), uint32(n)
	}
	return at, ok
}

func (b *block) valid(s string) (uintptr, bool) {
	if !utf8.ValidString(s) {
		return 0, false
	}
	return b.text(s), true
}

// mark and reset take nodes back that turn out not to be wanted.
func (b *block) mark() (nodes, back uintptr) { return b.nodes, b.back }

func (b *block) reset(nodes, back uintptr) {
	b.nodes, b.back, b.front = nodes, back, nodes*nodeSize
	clear(b.known[:])
}

// tree is the tree of the nodes from first on.
func (b *block) tree(first, count uintptr) C.struct_rollout_tree {
	if count == 0 {
		return C.struct_rollout_tree{}
	}
	return C.struct_rollout_tree{nodes: (*C.struct_rollout_node)(unsafe.Pointer(b.node(first))), count: C.size_t(count)}
}
