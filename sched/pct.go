package sched

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// pct runs tasks by priority and lowers the priority of the running one at a
// few random moments (Burckhardt, Kothari, Musuvathi and Nagarakatte, A
// randomized scheduler with probabilistic guarantees of finding bugs, ASPLOS
// 2010, section 3). A bug of depth d, one that d ordering constraints suffice to
// show, is found by one execution with probability at least 1/(n k^(d-1)) for n
// tasks and k decisions, provided that no execution has more.
//
// Only decisions between two or more tasks count. The length k is the largest
// number of decisions seen so far. A task that yields, and any task once an
// execution is several times longer than that, loses its priority, so that
// tasks that spin do not starve the others: what follows is then a random walk.
type pct struct {
	random
	depth int

	order     []int8 // tasks seen in this execution, highest priority first
	lowered   int    // so many at the end of order were lowered
	known     uint64 // tasks in order
	change    []int  // decisions at which a priority is lowered, ascending
	decisions int    // of this execution

	k      int   // most decisions of an execution
	tasks  int   // most tasks of an execution
	counts int64 // executions whose length estimate was k
}

// pctPatience is how many times the usual number of decisions an execution may
// take before its scheduling becomes a random walk.
const pctPatience = 4

func newPCT(depth int) func(*Options) Strategy {
	return func(o *Options) Strategy {
		return &pct{random: *newRandom(o).(*random), depth: depth}
	}
}

func (s *pct) Next(r *Result) (Schedule, bool) {
	if r != nil {
		s.tasks = max(s.tasks, len(s.order))
		if s.decisions > s.k {
			s.k, s.counts = s.decisions, 0
		} else {
			s.counts++
		}
	}
	if _, more := s.random.Next(r); !more {
		return nil, false
	}
	s.order, s.lowered, s.known, s.decisions = s.order[:0], 0, 0, 0
	s.change = s.change[:0]
	for len(s.change) < min(s.depth-1, s.k) {
		c := 1 + s.below(s.k)
		if i, found := slices.BinarySearch(s.change, c); !found {
			s.change = slices.Insert(s.change, i, c)
		}
	}
	return nil, true
}

func (s *pct) Pick(v *View) int {
	if v.Enabled&(v.Enabled-1) == 0 {
		return bits.TrailingZeros64(v.Enabled)
	}
	s.admit(v.Enabled)
	if n := len(v.Log); n > 0 && v.Log[n-1].Kind == OpYield {
		s.lower(v.Last)
	}
	s.decisions++
	if s.k > 0 && s.decisions > pctPatience*s.k+64 {
		return s.random.Pick(v)
	}
	if len(s.change) > 0 && s.decisions == s.change[0] {
		s.change = append(s.change[:0], s.change[1:]...)
		s.lower(s.highest(v.Enabled))
	}
	return s.highest(v.Enabled)
}

// admit gives tasks seen for the first time a random rank among those that
// have not been lowered.
func (s *pct) admit(enabled uint64) {
	for set := enabled &^ s.known; set != 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		s.order = slices.Insert(s.order, s.below(len(s.order)-s.lowered+1), int8(t))
		s.known |= 1 << uint(t)
	}
}

// lower gives t a lower priority than all others have.
func (s *pct) lower(t int) {
	i := slices.Index(s.order, int8(t))
	if i < 0 {
		return
	}
	if i < len(s.order)-s.lowered {
		s.lowered++
	}
	s.order = append(append(s.order[:i], s.order[i+1:]...), int8(t))
}

func (s *pct) highest(enabled uint64) int {
	for _, t := range s.order {
		if enabled&(1<<uint(t)) != 0 {
			return int(t)
		}
	}
	panic("sched: no enabled task has a priority")
}

// notes states the bound that the executions so far give.
func (s *pct) notes() []string {
	if s.k == 0 || s.tasks == 0 {
		return nil
	}
	p := 1 / (float64(s.tasks) * math.Pow(float64(s.k), float64(s.depth-1)))
	miss := math.Exp(float64(s.counts) * math.Log1p(-p))
	return []string{fmt.Sprintf("a bug of depth %d was missed with probability at most %.3g (n=%d k=%d, %d executions)",
		s.depth, miss, s.tasks, s.k, s.counts)}
}
