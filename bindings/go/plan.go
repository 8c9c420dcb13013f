// SPDX-License-Identifier: Apache-2.0

package rollout

/*
#include "rollout_go.h"

// Writes every sentence of a plan, one behind the other, and how long each is. Returns the length of all; what does not fit in
// size bytes, of which the last is not used, is not written.
static size_t rollout_go_sentences(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot, char *buf,
                                   size_t size, size_t *lens)
{
    size_t used = 0;
    for (size_t i = 0; i < plan->verdict_count; i++) {
        size_t room = used < size ? size - used : 0;
        lens[i] = rollout_verdict_text(plan, snapshot, i, room ? buf + used : NULL, room);
        used += lens[i];
    }
    return used;
}
*/
import "C"

import "unsafe"

type options struct {
	sentences bool
	json      bool
	objects   bool
	nowMs     int64
	ids       func(action int, a *Action) []string
}

// Option asks a call for more than it does by itself.
type Option func(*options)

// WithSentences has every verdict written out in words.
func WithSentences() Option { return func(o *options) { o.sentences = true } }

// WithNow gives the time, in milliseconds since 1970, for documents that do not say it; without it that is an error.
func WithNow(ms int64) Option { return func(o *options) { o.nowMs = ms } }

func resolve(opts []Option) *options {
	o := new(options)
	for _, set := range opts {
		if set != nil {
			set(o)
		}
	}
	return o
}

// facts packs a workload and a snapshot.
func (s *sizer) facts(w *Workload, snapshot *Snapshot) (cw *C.struct_rollout_workload, cs *C.struct_rollout_snapshot, err error) {
	if w == nil {
		return nil, nil, invalid("workload", "nil", "null")
	}
	if snapshot == nil {
		return nil, nil, invalid("snapshot", "nil", "null")
	}
	if err := checkVersion(); err != nil {
		return nil, nil, err
	}
	err = s.pack(func() bool {
		s.fixed += round8(C.sizeof_struct_rollout_workload) + round8(C.sizeof_struct_rollout_snapshot)
		return s.Workload(w) && s.Snapshot(snapshot)
	}, func(p *packer) {
		cw = (*C.struct_rollout_workload)(p.alloc(C.sizeof_struct_rollout_workload))
		cs = (*C.struct_rollout_snapshot)(p.alloc(C.sizeof_struct_rollout_snapshot))
		p.Workload(cw, w)
		p.Snapshot(cs, snapshot)
	})
	return cw, cs, err
}

// Plan decides what to do now. The workload has exactly one of its specs set. The arguments are only read; they must not be
// written to meanwhile.
//
// It fails with ErrInvalid, ErrABI (a number that this version does not know) or ErrNoMemory.
func Plan(workload *Workload, snapshot *Snapshot, opts ...Option) (*PlanResult, error) {
	o := resolve(opts)
	s := newSizer()
	defer s.release()
	cw, cs, err := s.facts(workload, snapshot)
	if err != nil {
		return nil, err
	}
	return planOf(cw, cs, o, nil)
}

// planOf plans what is packed. then may use the C plan before it is gone.
func planOf(workload *C.struct_rollout_workload, snapshot *C.struct_rollout_snapshot, o *options,
	then func(plan *C.struct_rollout_plan, result *PlanResult) error) (*PlanResult, error) {
	var plan *C.struct_rollout_plan
	r := newRecord()
	if err := r.failed(C.rollout_plan(workload, snapshot, &plan, &r.c)); err != nil {
		return nil, err
	}
	defer C.rollout_plan_free(plan)
	result := new(PlanResult)
	reader := new(reader)
	reader.planTables(plan)
	reader.Plan(result, plan)
	if o.sentences {
		sentences(result.Verdicts, plan, snapshot)
	}
	if then != nil {
		if err := then(plan, result); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// sentences are cut out of one text.
func sentences(verdicts []Verdict, plan *C.struct_rollout_plan, snapshot *C.struct_rollout_snapshot) {
	if len(verdicts) == 0 {
		return
	}
	lens := make([]C.size_t, len(verdicts))
	buf := make([]byte, 128*len(verdicts)+1)
	for {
		n := int(C.rollout_go_sentences(plan, snapshot, (*C.char)(unsafe.Pointer(&buf[0])), C.size_t(len(buf)), &lens[0]))
		if n < len(buf) {
			break
		}
		buf = make([]byte, n+1)
	}
	at := 0
	all := unsafe.String(&buf[0], len(buf))
	for i := range verdicts {
		end := at + int(lens[i])
		verdicts[i].Sentence = all[at:end]
		at = end
	}
}
