package sched

import (
	"fmt"
	"math/bits"
	"strings"
)

// A task spins if it has gone round a loop spinRounds times, each time with the
// same operations and the same values read, while nothing changed: either all
// steps of the loop leave everything as it is, or the loop has a yield, by which
// the task says that it cannot go on alone, and only tasks that spin, too, have
// changed anything meanwhile. A task that spins is passed over, under every
// strategy, until another one changes something. If all tasks that can move
// spin, that is a livelock. The engine cannot see what a task counts for itself:
// a retry that gives up after less than spinRounds rounds is no livelock, one
// that gives up later may be reported as one.
//
// A loop without yield that changes something, such as looking at a flag under
// a lock, cannot be told from work. If no other task has moved for soloRounds
// rounds of it, the task is passed over, but it is not part of a livelock; the
// step limit is the only safety net against many of them.
//
// Reduction, too, does not go on with a schedule in which a race that is
// reversed asks for one more round of a task that is passed over: the search
// would have no end.
//
// All this depends on the steps alone, and so repeats itself under replay.
const (
	spinRounds = 100
	soloRounds = 1000
	spinSteps  = 64      // of a loop, at most
	spinWindow = 1 << 14 // steps that are looked at
	spinPause  = 64      // steps between two looks, at least
)

// spin is the search of an execution for tasks that spin.
type spin struct {
	at     int    // length of the log at which to look next
	set    uint64 // tasks that are passed over
	passed bool   // a task was passed over in this execution
	yield  int    // length of the log at the last yield
	steps  [maxTasks][]int32
	loops  [maxTasks]spinLoop
}

// spinLoop is a loop that a task has gone round up to its last step.
type spinLoop struct {
	steps int // of a round, 0: no loop
	done  int // steps made in it, all rounds together
	first int // step with which the first round begins
	need  int // the first step of the last spinRounds rounds
}

func (s *spin) begin() { s.at, s.set, s.passed, s.yield = spinPause, 0, false, 0 }

// offered returns the tasks among which the strategy chooses.
func (x *engine) offered() uint64 {
	s := &x.spin
	last := &x.log[len(x.log)-1]
	if s.set&(1<<uint(last.Task)) == 0 && last.changes() {
		s.set = 0
	}
	if x.enabled&^s.set == 0 {
		return x.enabled
	}
	s.passed = s.passed || x.enabled&s.set != 0
	return x.enabled &^ s.set
}

// livelocked looks for tasks that spin. If all tasks do, it reports that.
func (x *engine) livelocked() bool {
	s, n := &x.spin, len(x.log)
	s.at = n + spinPause
	if n-s.yield > spinPause && x.busySince(n-spinPause) {
		return false
	}
	from := max(0, n-spinWindow)
	s.at = n + max(spinPause, (n-from)/4) // so that looking takes a part of the time only
	for i := range s.steps {
		s.steps[i] = s.steps[i][:0]
	}
	for i := n - 1; i >= from; i-- {
		t := x.log[i].Task
		s.steps[t] = append(s.steps[t], int32(i))
	}
	spinning, alone := x.spinners(from)
	if spinning != 0 && x.movable(spinning)&^spinning == 0 {
		if x.live > 0 {
			x.livelock(spinning)
		}
		return true
	}
	s.set = spinning
	if alone != 0 && x.movable(alone)&^(spinning|alone) != 0 {
		s.set |= alone
	}
	return false
}

// movable returns the tasks that can move at some time while those of set, which
// go round loops, go round once: a lock that is taken and given back in a loop
// does not make others wait for ever.
func (x *engine) movable(set uint64) uint64 {
	movable, from := x.enabled, len(x.log)
	for ; set != 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		from = min(from, int(x.spin.steps[t][x.spin.loops[t].steps-1]))
	}
	for i := from; i < len(x.log); i++ {
		movable |= x.log[i].Enabled
	}
	return movable & x.w.parked()
}

// busySince reports whether, since step i, something was changed and more than
// one task moved.
func (x *engine) busySince(i int) bool {
	changed, several := false, false
	for j := i + 1; j < len(x.log) && !(changed && several); j++ {
		changed = changed || x.log[j].changes()
		several = several || x.log[j].Task != x.log[i].Task
	}
	return changed && several
}

// changes reports whether the step changed anything, as far as can be told. A
// data choice counts as a change: it may be made otherwise the next time.
func (s *Step) changes() bool {
	switch s.Kind {
	case OpLoad, OpRacyLoad, OpAwait, OpJoin, OpYield, OpSyscall:
		return false
	case OpTryLock:
		return s.OK
	case OpCAS:
		return s.OK && s.New != s.Before
	case OpStore, OpSwap:
		return s.N != s.Before
	case OpAdd, OpInc:
		return s.N != 0
	case OpOr:
		return s.N&^s.Before != 0
	case OpAnd:
		return s.Before&^s.N != 0
	}
	return true
}

// spinners returns the tasks that spin, and one that goes round a loop alone.
func (x *engine) spinners(from int) (spinning, alone uint64) {
	s := &x.spin
	for set := x.w.parked(); set != 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		l := x.findLoop(s.steps[t])
		s.loops[t] = l
		if l.steps == 0 {
			continue
		}
		if x.spins(s.steps[t], l) {
			spinning |= 1 << uint(t)
		}
		if rounds := soloRounds * l.steps; rounds <= len(s.steps[t]) && len(x.log)-int(s.steps[t][rounds-1]) == rounds {
			alone |= 1 << uint(t)
		}
	}
	for {
		left := x.undisturbed(spinning, from)
		if left == spinning {
			return spinning, alone
		}
		spinning = left
	}
}

// undisturbed returns the tasks of spinning that have gone round often enough
// since anything was changed by a step that is not in a loop of one of them.
func (x *engine) undisturbed(spinning uint64, from int) uint64 {
	s := &x.spin
	i := len(x.log) - 1
	for ; i >= from; i-- {
		t := x.log[i].Task
		own := spinning&(1<<uint(t)) != 0 && i >= s.loops[t].first
		if !own && x.log[i].changes() {
			break
		}
	}
	left := spinning
	for set := spinning; set != 0; set &= set - 1 {
		if t := bits.TrailingZeros64(set); s.loops[t].need < i {
			left &^= 1 << uint(t)
		}
	}
	return left
}

// findLoop returns the shortest loop that the task whose steps these are, last
// first, has gone round at least spinRounds times.
func (x *engine) findLoop(steps []int32) spinLoop {
	for p := 1; p <= spinSteps && p*spinRounds <= len(steps); p++ {
		n := p
		for n < len(steps) && x.log[steps[n]].repeats(&x.log[steps[n-p]]) {
			n++
		}
		if n >= p*spinRounds {
			return spinLoop{steps: p, done: n, first: int(steps[n-1]), need: int(steps[p*spinRounds-1])}
		}
	}
	return spinLoop{}
}

// repeats reports whether a step of a task did what another one did.
func (s *Step) repeats(o *Step) bool {
	return s.Kind == o.Kind && s.Obj == o.Obj && s.Obj2 == o.Obj2 && s.Value == o.Value && s.OK == o.OK &&
		s.Cmp == o.Cmp && s.N == o.N && s.New == o.New && s.Before == o.Before
}

// spins reports whether a loop is one of waiting: it changes nothing, or has a
// yield.
func (x *engine) spins(steps []int32, l spinLoop) bool {
	idle := true
	for _, i := range steps[:l.steps] {
		if x.log[i].Kind == OpYield {
			return true
		}
		idle = idle && !x.log[i].changes()
	}
	return idle
}

// livelock reports that all tasks that can move spin, with their loops.
func (x *engine) livelock(spinning uint64) {
	v := Violation{Kind: KindLivelock, Step: len(x.log) - 1}
	var loops []string
	for _, t := range x.w.created {
		if spinning&t.bit() == 0 {
			continue
		}
		site, loop := x.loopText(t)
		if v.Site == "" {
			v.Site = site
		}
		loops = append(loops, t.name+" repeats "+loop)
	}
	if len(loops) == 1 {
		v.Task = x.w.tasks[bits.TrailingZeros64(spinning)].name
	}
	v.Message = strings.Join(loops, "; ") + ": nothing changes"
	x.violations = append(x.violations, v)
	x.halt = true
}

// loopText returns the first object that t uses in its loop, or its name, and
// the steps of the loop: those up to a yield if there is one, else from where the
// first round began.
func (x *engine) loopText(t *Task) (site, text string) {
	l, steps := x.spin.loops[t.index], x.spin.steps[t.index]
	end := 0 // of the loop, counted from the last step
	for end < l.steps && x.log[steps[end]].Kind != OpYield {
		end++
	}
	if end == l.steps {
		end = l.done % l.steps
	}
	var parts []string
	for i := end + l.steps - 1; i >= end; i-- {
		s := &x.log[steps[i]]
		if site == "" && s.Obj != 0 {
			site = x.w.ObjectName(s.Obj)
		}
		parts = append(parts, x.stepText(s))
	}
	if site == "" {
		site = t.name
	}
	if n := len(parts); n > 8 {
		parts = append(parts[:7], fmt.Sprintf("and %d more steps", n-7))
	}
	return site, "(" + strings.Join(parts, ", ") + ")"
}

func (x *engine) stepText(s *Step) string {
	text := x.w.describe(s.Kind, s.Obj)
	switch {
	case s.Kind == OpLoad || s.Kind == OpRacyLoad:
		text += fmt.Sprintf(" = %d", int64(s.Before))
	case !s.OK:
		text += " fails"
	}
	return text
}
