package sched

import (
	"fmt"
	"math/bits"
)

// merges checks that states that are taken for one are one. It remembers one
// way to some of the states in the table. When an execution comes to one of
// them in another way, it is continued at random; then the same continuation
// is run after the remembered way, and everything that happens must be the same.
type merges struct {
	recheck int64  // merges for each one that is checked, after the first ones; -1: none is
	checked int64  // so many were
	every   uint64 // of so many states one is remembered
	ways    map[Hash]Schedule
	stage   mergeStage
	seed    uint64
	start   int // steps of the way here
	way     Schedule
	run     []Step // log after the way here
	ends    []Violation
	cut     bool
	forced  Schedule
	found   Schedule
	differs error // the first difference
}

type mergeStage uint8

const (
	mergeNone   mergeStage = iota
	mergeFirst             // the execution is being continued
	mergeSecond            // its continuation is run after the remembered way
)

const (
	maxWays     = 4096 // states that are remembered
	mergeSteps  = 4096 // of a continuation, at most
	firstMerges = 50   // so many merges are checked before it becomes one of many
)

func newMerges(o *Options) merges {
	m := merges{recheck: o.Recheck, every: 1, ways: map[Hash]Schedule{}}
	if m.recheck == 0 {
		m.recheck = 1000
	}
	return m
}

// under reports whether an execution is being run for the check.
func (m *merges) under() bool { return m.stage != mergeNone }

// remember keeps the way to a new state, if it is one of those.
func (m *merges) remember(c *cache, key Hash) {
	if m.recheck < 0 || key.hi%m.every != 0 {
		return
	}
	for len(m.ways) >= maxWays {
		m.every *= 2
		for k := range m.ways {
			if k.hi%m.every != 0 {
				delete(m.ways, k)
			}
		}
	}
	way := make(Schedule, len(c.frames)-1)
	for i := range way {
		way[i] = c.frames[i].choice
	}
	m.ways[key] = way
}

// wants reports whether the execution, which has come to a known state, is to be
// continued.
func (m *merges) wants(v *View, key Hash, merged int64) bool {
	if m.recheck < 0 || m.checked >= firstMerges+merged/m.recheck {
		return false
	}
	way, ok := m.ways[key]
	if !ok {
		return false
	}
	m.checked++
	m.stage, m.start, m.way = mergeFirst, len(v.Log), way
	return true
}

// pick continues at random. The remembered way must not go on longer.
func (m *merges) pick(v *View) int {
	if m.stage == mergeSecond || len(v.Log) >= m.start+mergeSteps {
		return Prune
	}
	set := v.Enabled
	for k := m.below(bits.OnesCount64(set)); k > 0; k-- {
		set &= set - 1
	}
	return lowest(set)
}

func (m *merges) value(n int) int { return m.below(n) }

// below returns a number below n; that it is not quite uniform does not matter.
func (m *merges) below(n int) int {
	m.seed += 0x9e3779b97f4a7c15
	return int(mixHigh(m.seed) % uint64(n))
}

// next is told how an execution for the check has ended, and returns the
// schedule of the second one after the first.
func (m *merges) next(r *Result) (Schedule, bool) {
	if m.stage == mergeFirst {
		m.stage = mergeSecond
		m.run = append(m.run[:0], r.Log[m.start:]...)
		m.ends = append(m.ends[:0], violationsFrom(r, m.start)...)
		m.cut = r.Cut || r.Pruned || r.livelock()
		m.forced = append(m.forced[:0], m.way...)
		for i := range m.run {
			m.forced = append(m.forced, m.run[i].Choice)
		}
		m.found = append(m.found[:0], r.Schedule()...)
		return m.forced, true
	}
	m.stage = mergeNone
	m.compare(r)
	return nil, false
}

// compare compares the second execution with the first.
func (m *merges) compare(r *Result) {
	start := len(m.way)
	log := r.Log[min(start, len(r.Log)):]
	x := r.w.x
	for i := range min(len(log), len(m.run)) {
		if log[i] != m.run[i] {
			m.differ(i, "%s, and %s", x.tell(&m.run[i]), x.tell(&log[i]))
			return
		}
	}
	if m.cut || r.Cut || r.livelock() { // which depends on what came before
		return
	}
	if len(log) != len(m.run) || r.Pruned {
		m.differ(min(len(log), len(m.run)), "it is over, or goes on")
		return
	}
	ends := violationsFrom(r, start)
	if len(ends) != len(m.ends) {
		m.differ(len(log), "%d violations, and %d", len(m.ends), len(ends))
		return
	}
	for i := range ends {
		if a, b := &m.ends[i], &ends[i]; a.Kind != b.Kind || a.Site != b.Site || a.Task != b.Task {
			m.differ(len(log), "%s, and %s", a.Error(), b.Error())
			return
		}
	}
}

// livelock reports whether the engine ended the execution because nothing changes.
func (r *Result) livelock() bool {
	for i := range r.Violations {
		if r.Violations[i].Kind == KindLivelock {
			return true
		}
	}
	return false
}

func (m *merges) differ(step int, format string, args ...any) {
	m.differs = fmt.Errorf("two schedules, %v and %v, lead to one declared state, but go on differently after %d steps: "+
		format+"; a declaration of live or hidden state is incomplete",
		append([]any{m.found[:m.start], m.way, step}, args...)...)
}

// violationsFrom returns the violations of r from step start on.
func violationsFrom(r *Result, start int) []Violation {
	for i := range r.Violations {
		if r.Violations[i].Step >= start {
			return r.Violations[i:]
		}
	}
	return nil
}
