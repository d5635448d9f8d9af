package sched

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// pct runs the enabled task of highest priority. Tasks have random priorities;
// at d-1 random decisions, the priority of the task that would move is lowered
// (Burckhardt, Kothari, Musuvathi and Nagarakatte, A randomized scheduler with
// probabilistic guarantees of finding bugs, ASPLOS 2010, section 3). A bug of
// depth d, one that d ordering constraints suffice to show, among the first k
// decisions of an execution of at most n tasks is found by it with probability
// at least 1/(n k^(d-1)). Where tasks wait for each other, an order that is
// brought about by stopping a task counts as a constraint too, even if the
// others imply it.
//
// A decision is a choice between two or more tasks, or lowering a priority. So
// several tasks can be stopped at one place. A step that is forced cannot be put
// off, and needs no decision. The lowered priorities are below all others and in
// random order among themselves, not in the order of time: a task that was
// stopped first may have to wait for one that was stopped later.
//
// So that tasks that wait do not starve the others, one that yields or spins
// gets a priority below all others, and an execution that is much longer than
// usual goes on as a random walk. The bound above does not cover that.
type pct struct {
	random
	depth int

	priority  [maxTasks]int64
	known     uint64 // tasks with a priority
	low       int64  // the lowest priority so far, 0 or below
	changes   []change
	decisions int // of this execution
	lowered   int // of which lowered a priority

	tasks, length         int   // n and k of this execution
	seenTasks, seenLength int   // the most in executions of the profile
	sums                  *sums // of the executions that count
}

// change lowers a priority at a decision.
type change struct {
	at    int // number of the decision, from 1
	level int64
}

const (
	defaultDepth = 3
	mostDepth    = 64
	// An execution becomes a random walk after so many decisions more than
	// four times the usual number.
	pctPatience = 1000
)

func newPCT(o *Options) Strategy { return pctOf(o, defaultDepth) }

func pctOf(o *Options, depth int) *pct {
	return &pct{random: random{seed: o.Seed}, depth: depth, sums: new(sums)}
}

// pctEntry returns the strategy pct/DEPTH.
func pctEntry(depth string) (*StrategyEntry, error) {
	d, err := strconv.Atoi(depth)
	if err != nil || strconv.Itoa(d) != depth || d < 1 || d > mostDepth {
		return nil, fmt.Errorf("strategy %q: the depth is %q, not a number from 1 to %d", "pct/"+depth, depth, mostDepth)
	}
	return &StrategyEntry{
		Name: "pct/" + depth,
		Doc:  "As pct, for bugs of depth " + depth + ".",
		Kind: Sampling,
		make: func(o *Options) Strategy { return pctOf(o, d) },
	}, nil
}

func (s *pct) Next(r *Result) (Schedule, bool) { return nextOf(s, r) }

func (s *pct) teaches(i uint64) uint64 { return nextProfiled(i) }

func (s *pct) sumInto(t *sums) { s.sums = t }

func (s *pct) learn(r *Result) {
	n, k := len(r.w.created), s.decisions-s.lowered+s.depth-1
	if profiled(s.made - 1) {
		s.seenTasks, s.seenLength = max(s.seenTasks, n), max(s.seenLength, k)
	}
	s.sums.most, s.sums.longest = max(s.sums.most, int64(n)), max(s.sums.longest, int64(k))
	if !r.Pruned {
		s.sums.complete[s.age]++
	}
}

func (s *pct) begin() {
	s.random.begin()
	if s.aged {
		s.tasks, s.length = s.seenTasks, s.seenLength
	}
	s.sums.tasks[s.age], s.sums.length[s.age] = int64(s.tasks), int64(s.length)
	s.sums.begun = max(s.sums.begun, s.made)
	s.known, s.low, s.decisions, s.lowered = 0, 0, 0, 0
	s.place()
}

// place draws the decisions at which a priority is lowered.
func (s *pct) place() {
	s.changes = s.changes[:0]
	for n := min(s.depth-1, s.length); len(s.changes) < n; {
		c := change{at: 1 + s.below(s.length), level: int64(len(s.changes) + 1)}
		i, taken := slices.BinarySearchFunc(s.changes, c, func(a, b change) int { return a.at - b.at })
		if !taken {
			s.changes = slices.Insert(s.changes, i, c)
		}
	}
}

func (s *pct) Pick(v *View) int {
	if n := len(v.Log); n > 0 && v.Log[n-1].Kind == OpYield {
		s.sums.yields = true
		s.lower(v.Last)
	}
	for set := v.Spinning; set != 0; {
		s.sums.yields = true
		t := v.nth(set, 0)
		set &^= 1 << uint(t)
		if s.priority[t] > 0 {
			s.lower(t)
		}
	}
	if v.Enabled&(v.Enabled-1) == 0 {
		return bits.TrailingZeros64(v.Enabled)
	}
	for set := v.Enabled &^ s.known; set != 0; {
		t := v.nth(set, 0)
		set &^= 1 << uint(t)
		s.known |= 1 << uint(t)
		s.priority[t] = mostDepth + s.draw()>>8
	}
	for {
		t := highest(&s.priority, v.Enabled)
		if s.decisions++; s.lowered == len(s.changes) || s.decisions != s.changes[s.lowered].at {
			if s.decisions > 4*s.length+pctPatience {
				return s.random.Pick(v)
			}
			return t
		}
		s.priority[t] = s.changes[s.lowered].level
		s.lowered++
	}
}

// lower gives t a lower priority than all others have.
func (s *pct) lower(t int) {
	s.low--
	s.priority[t] = s.low
	s.known |= 1 << uint(t)
}

func (s *pct) Value(v *View, n int) int {
	s.sums.chose = true
	return s.random.Value(v, n)
}

// assumed returns the numbers of tasks and decisions that the last executions
// assumed, and how many complete ones did.
func (t *sums) assumed() (tasks, length, complete int64) {
	if t.begun == 0 {
		return 0, 0, 0
	}
	age := bits.Len64(t.begun - 1)
	tasks, length = t.tasks[age], t.length[age]
	for ; age >= 0 && t.tasks[age] == tasks && t.length[age] == length; age-- {
		complete += t.complete[age]
	}
	return tasks, length, complete
}

// missed returns the greatest probability with which the executions so far may
// have missed a bug of the depth. ok is false if nothing is known of it.
func (s *pct) missed() (p float64, ok bool) {
	tasks, length, complete := s.sums.assumed()
	if complete == 0 || tasks == 0 || s.sums.yields {
		return 1, false
	}
	hit := 1 / (float64(tasks) * math.Pow(float64(max(length, 1)), float64(s.depth-1)))
	return math.Exp(float64(complete) * math.Log1p(-hit)), true
}

// notes states the bound.
func (s *pct) notes(r *Report) []string {
	if len(r.Findings) > 0 && !r.Options.All {
		return nil
	}
	p, ok := s.missed()
	if !ok {
		why := "too few executions"
		if s.sums.yields {
			why = "tasks yield or spin"
		}
		return []string{fmt.Sprintf("no bound for bugs of depth %d: %s", s.depth, why)}
	}
	var b strings.Builder
	limit := "below 1e-12"
	if p >= 1e-12 {
		limit = fmt.Sprintf("at most %.3g", p)
	}
	tasks, length, complete := s.sums.assumed()
	fmt.Fprintf(&b, "a bug of depth %d was missed with probability %s: n=%d tasks, k=%d decisions, %d executions",
		s.depth, limit, tasks, length, complete)
	if s.sums.longest > length || s.sums.most > tasks {
		fmt.Fprintf(&b, "; an execution had n=%d k=%d, which it does not cover", s.sums.most, s.sums.longest)
	}
	if s.sums.chose {
		b.WriteString("; it is about the order of steps, not about data choices")
	}
	return []string{b.String()}
}
