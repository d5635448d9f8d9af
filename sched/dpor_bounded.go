package sched

import (
	"fmt"
	"math/bits"
	"strings"
)

// boundedSearch explores the classes of executions (Mazurkiewicz traces) that have an
// execution with at most a number of preemptions, one execution of each. What a
// reduction by races leaves out for the sake of an equivalent execution may need
// more preemptions than that, so that a bound makes it lose classes. Instead,
// executions are tried by their number of preemptions, first those with none,
// then those with one (Musuvathi and Qadeer, Iterative context bounding, PLDI
// 2007), and no beginning is followed that is equivalent to one that was
// followed before with as few preemptions: equivalent beginnings lead to the same
// state, and the same can follow them. So nothing is lost, and the classes within
// each bound are exact, up to the fingerprints of classes.
//
// That no class has been found within a bound that a smaller one does not have is
// no proof that there is none. Whether the bound leaves out any class is found by
// the unbounded reduction. If it ends soon, the number of all classes is known
// before, and the search is over when it has found them; otherwise it is asked
// behind each bound and ends at the first class that was not found.
type boundedSearch struct {
	most  int // preemptions
	level int // of the executions under way

	begun   classifier
	sum     fingerprint // of the steps of the execution so far
	fed     int         // steps in sum
	ended   int         // violations in sum
	seen    beginningSet
	paths   paths
	open    []int32 // beginnings to follow with as many preemptions
	later   []int32 // with one more
	prefix  Schedule
	before  boundedMark // when the execution under way began
	resumed bool        // it goes on from what was saved
	boundedTotals

	found int64 // classes
	all   int64 // classes, with any number of preemptions; 0 if it is not known
	less  bool  // schedules with more than most preemptions were left out
	cut   bool

	check   *dpor // looks for classes that are left out; nil: not now
	early   int64 // executions of it before all others; 0 if it is later
	left    int   // steps that it may take then
	foreign bool  // it has found one
}

// mostEarly is the number of steps after which it is left open how many classes
// there are.
const mostEarly = 100000

func newBounded(o *Options) *boundedSearch {
	b := &boundedSearch{most: o.Preemptions, left: mostEarly}
	b.seen.init(o.CacheBytes)
	b.paths.init()
	return b
}

func (b *boundedSearch) leftOut() bool { return b.partial }

// Next follows the next beginning, looks whether classes are left out, or ends.
func (b *boundedSearch) Next(r *Result) (Schedule, bool) {
	prefix, more := b.next(r)
	b.mark()
	return prefix, more
}

func (b *boundedSearch) next(r *Result) (Schedule, bool) {
	b.fed = 0
	switch {
	case r == nil && b.resumed && b.check == nil:
		return b.advance()
	case r == nil && b.resumed:
		return b.check.Next(nil)
	case r == nil:
		b.check = &dpor{}
		return b.check.Next(nil)
	case b.check != nil && b.left > 0:
		return b.count(r)
	case b.check != nil:
		return b.checkNext(r)
	}
	b.paths.end()
	switch {
	case b.seen.full:
		b.partial = true
		return nil, false
	case b.found == b.all:
		b.classes = append(b.classes, b.found)
		return nil, false
	}
	return b.advance()
}

// count goes on with counting all classes before the search begins.
func (b *boundedSearch) count(r *Result) (Schedule, bool) {
	b.early++
	b.left -= len(r.Log) + 1
	if b.left > 0 && !r.Pruned && !r.Cut {
		if prefix, more := b.check.Next(r); more {
			return prefix, true
		}
		if !b.check.leftOut() {
			b.all = b.early
		}
	}
	b.check, b.left, b.foreign = nil, 0, false
	return nil, true
}

// advance takes the next beginning that is open.
func (b *boundedSearch) advance() (Schedule, bool) {
	for {
		if n := len(b.open); n > 0 {
			b.prefix = b.paths.follow(b.prefix[:0], b.open[n-1])
			b.open = b.open[:n-1]
			return b.prefix, true
		}
		b.classes = append(b.classes, b.found)
		switch {
		case len(b.later) == 0 && !b.less:
			return nil, false // these are all schedules
		case b.all != 0 || b.violated || b.cut:
			// It is known, or the verdict does not depend on it.
		default:
			b.check, b.foreign = &dpor{}, false
			return b.check.Next(nil)
		}
		if !b.raise() {
			return nil, false
		}
	}
}

// raise goes on with one more preemption, if that is within the bound.
func (b *boundedSearch) raise() bool {
	if b.level == b.most {
		b.partial = true
		return false
	}
	b.level++
	b.open, b.later = b.later, b.open[:0]
	return true
}

// checkNext goes on with the search for a class that is left out.
func (b *boundedSearch) checkNext(r *Result) (Schedule, bool) {
	if !b.foreign {
		if prefix, more := b.check.Next(r); more {
			return prefix, true
		}
		if !b.check.leftOut() {
			return nil, false // every class is known
		}
	}
	b.check = nil
	if !b.raise() {
		return nil, false
	}
	return b.advance()
}

// extra reports whether an execution that has ended showed no new class within
// the bound.
func (b *boundedSearch) extra(r *Result) bool {
	switch {
	case b.check != nil:
		b.feed(r.w, r.Log)
		if r.Pruned || r.Cut || !b.seen.has(b.sum) {
			b.foreign = true
		}
		if len(r.Violations) > 0 && b.beyond == nil {
			v := r.Violations[0]
			b.beyond = &v
		}
	case r.Pruned:
	default:
		b.feed(r.w, r.Log)
		if b.seen.enter(b.sum, b.level, anyTask, nil) {
			b.found++
			b.violated = b.violated || len(r.Violations) > 0
			b.cut = b.cut || r.Cut
			return false
		}
	}
	b.extras++
	return true
}

// silent reports whether what an extra execution showed is not to be reported:
// it has more preemptions than were asked for.
func (b *boundedSearch) silent() bool { return b.check != nil }

// feed adds the steps of log that are not in sum yet. Steps that commute with
// all others do not tell classes of whole executions apart, but beginnings.
func (b *boundedSearch) feed(w *World, log []Step) {
	if b.fed == 0 {
		b.sum, b.ended = fingerprint{}, 0
		b.begun.begin(w)
	}
	b.begun.know(w)
	for ; b.fed < len(log); b.fed++ {
		s := &log[b.fed]
		if b.begun.step(&b.sum, s); modeOf(s.Kind, s.OK) == modeNone && s.Kind != OpChoose {
			b.sum.add(b.begun.place(s))
		}
	}
	if len(w.x.violations) > 0 {
		b.feedEnds(w)
	}
}

// feedEnds adds which tasks have ended for which violations: of two that access
// a cell, the second one does, though the steps commute.
func (b *boundedSearch) feedEnds(w *World) {
	for all := w.x.violations; b.ended < len(all); b.ended++ {
		v := &all[b.ended]
		h := hashOf(tagTask, uint64(v.Kind), 0)
		h.Text(v.Task)
		h.Text(v.Site)
		b.sum.add(h.lo)
	}
}

func (b *boundedSearch) Pick(v *View) int {
	if b.check != nil {
		return b.check.Pick(v)
	}
	b.feed(v.w, v.Log)
	last, others := anyTask, v.Enabled
	pick := bits.TrailingZeros64(others)
	if v.Last >= 0 && others&(1<<uint(v.Last)) != 0 {
		last, pick = v.Last, v.Last
	}
	if !b.seen.enter(b.sum, b.level, last, &b.before.entries) {
		return Prune
	}
	others &^= 1 << uint(pick)
	for ; others != 0; others &= others - 1 {
		c := Choice{Task: int16(bits.TrailingZeros64(others)), Value: -1}
		switch {
		case last == anyTask:
			b.open = append(b.open, b.paths.branch(v.Log, c))
		case b.level < b.most:
			b.later = append(b.later, b.paths.branch(v.Log, c))
		default:
			b.less = true
		}
	}
	return pick
}

func (b *boundedSearch) Value(v *View, n int) int {
	if b.check != nil {
		return b.check.Value(v, n)
	}
	for i := n - 1; i > 0; i-- {
		b.open = append(b.open, b.paths.branch(v.Log, Choice{Task: int16(v.Choosing), Value: int16(i)}))
	}
	b.paths.chose(len(v.Log), 0)
	return 0
}

// notes tells the classes within each bound and what they took.
func (b *boundedSearch) notes(r *Report) []string {
	r.Extra, r.Bounded = b.extras, b.classes
	var ks, ns []string
	for k, n := range b.classes {
		ks, ns = append(ks, fmt.Sprint(k)), append(ns, fmt.Sprint(n))
	}
	notes := []string{fmt.Sprintf("extra=%d: so many executions more were of classes counted before, or looked for classes beyond the bound", b.extras)}
	if ks != nil {
		notes = append(notes, fmt.Sprintf("classes with at most %s preemptions: %s", strings.Join(ks, ", "), strings.Join(ns, ", ")))
	}
	if b.beyond != nil && b.partial && !b.violated {
		notes = append(notes, fmt.Sprintf("beyond the bound there is a violation: %v", b.beyond))
	}
	return notes
}

func (b *boundedSearch) conclude(*Report) string {
	if b.seen.full {
		return fmt.Sprintf("classes of beginnings full n=%d memory=%d", b.seen.n, b.seen.limit)
	}
	return ""
}
