package sched

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// exchanger is the strategy that repeats executions with tasks exchanged.
type exchanger struct {
	e       *Exchange
	becomes [][]int16 // the exchanges
	at      int       // which execution
	way     int       // which exchange

	tasks    []int16         // what becomes of each task, spawned ones included
	objects  map[ObjID]ObjID // what becomes of each object
	sources  map[ObjID]ObjID
	compared int // steps
}

func (s *exchanger) kept() *kept { return &s.e.kept[s.at] }

func (s *exchanger) Next(r *Result) (Schedule, bool) {
	if r != nil {
		s.end(r)
		s.e.repeated++
		if s.e.wrong != "" {
			return nil, false
		}
		if s.e.After != nil {
			s.e.After(r)
		}
		if s.way++; s.way == len(s.becomes) {
			s.way = 0
			if s.at++; s.at == len(s.e.kept) {
				return nil, false
			}
		}
	}
	s.tasks = append(s.tasks[:0], s.becomes[s.way]...)
	s.objects, s.sources, s.compared = map[ObjID]ObjID{}, map[ObjID]ObjID{}, 0
	return nil, true
}

func (s *exchanger) Pick(v *View) int {
	k := s.kept()
	s.compare(v.w, v.Log)
	switch {
	case s.e.wrong != "":
		return Prune
	case len(v.Log) >= len(k.log):
		if !k.pruned && !k.cut {
			s.differs("it does not end after step %d, but %s can go on", len(k.log), v.w.x.names(v.Enabled))
		}
		return Prune
	}
	t := s.tasks[k.log[len(v.Log)].Task]
	if v.Enabled&(1<<uint(t)) == 0 {
		s.differs("at step %d %s cannot move", len(v.Log), v.w.tasks[t].name)
		return Prune
	}
	return int(t)
}

func (s *exchanger) Value(v *View, n int) int {
	if value := int(s.kept().log[len(v.Log)].Value); value >= 0 && value < n {
		return value
	}
	s.differs("at step %d there are only %d values", len(v.Log), n)
	return 0
}

func (s *exchanger) differs(format string, args ...any) {
	s.e.differs(s.kept(), s.becomes[s.way], format, args...)
}

// compare compares the steps of the repetition that are new.
func (s *exchanger) compare(w *World, log []Step) {
	k := s.kept()
	for ; s.compared < len(log) && s.compared < len(k.log) && s.e.wrong == ""; s.compared++ {
		a, b := &k.log[s.compared], &log[s.compared]
		if what := s.unlike(a, b); what != "" {
			s.differs("step %d, %s %s, has %s", s.compared, w.tasks[b.Task].name, w.describe(b.Kind, b.Obj), what)
		}
	}
}

// unlike says in what step b is not step a with tasks and objects exchanged.
func (s *exchanger) unlike(a, b *Step) string {
	switch {
	case a.Kind != b.Kind:
		return fmt.Sprintf("another operation than %v", a.Kind)
	case a.Cmp != b.Cmp || a.N != b.N || a.New != b.New:
		return fmt.Sprintf("operands %d %d and not %d %d", b.N, b.New, a.N, a.New)
	case a.OK != b.OK || a.Value != b.Value:
		return "another outcome"
	case a.Before != b.Before:
		return fmt.Sprintf("value %d before it and not %d", b.Before, a.Before)
	case s.set(a.Enabled) != b.Enabled:
		return "other tasks that could move"
	case bits.OnesCount64(a.Groups) != bits.OnesCount64(b.Groups):
		return "an object that other properties read"
	case a.Kind == OpSpawn:
		return s.spawned(a, b)
	case a.Kind == OpJoin && int(s.tasks[taskID(a.Obj)]) != taskID(b.Obj),
		a.Kind != OpJoin && !(s.pair(a.Obj, b.Obj) && s.pair(a.Obj2, b.Obj2)):
		return "another object"
	}
	return ""
}

// taskID returns the task that an operation on a task is about.
func taskID(id ObjID) int { return int(id & (1<<objCreatorShift - 1)) }

// spawned notes which task is the one that was made in the repetition.
func (s *exchanger) spawned(a, b *Step) string {
	t := taskID(a.Obj)
	for len(s.tasks) <= t {
		s.tasks = append(s.tasks, -1)
	}
	if s.tasks[t] = int16(taskID(b.Obj)); slices.Index(s.tasks, s.tasks[t]) != slices.Index(s.tasks[t:], s.tasks[t])+t {
		return "another task"
	}
	return ""
}

// set returns what becomes of a set of tasks.
func (s *exchanger) set(tasks uint64) (become uint64) {
	for ; tasks != 0; tasks &= tasks - 1 {
		become |= 1 << uint(s.tasks[lowest(tasks)])
	}
	return become
}

// pair reports whether b can be what becomes of object a.
func (s *exchanger) pair(a, b ObjID) bool {
	if a == 0 || b == 0 {
		return a == b
	}
	x, ok := s.objects[a]
	y, known := s.sources[b]
	if !ok && !known {
		s.objects[a], s.sources[b] = b, a
		return true
	}
	return ok && known && x == b && y == a
}

// end compares how the repetition ended.
func (s *exchanger) end(r *Result) {
	k := s.kept()
	s.compare(r.w, r.Log)
	if s.e.wrong != "" {
		return
	}
	if len(r.Log) != len(k.log) || (r.Pruned || r.Cut) != (k.pruned || k.cut) {
		s.differs("it ends after %d steps, not %d", len(r.Log), len(k.log))
		return
	}
	if a, b := s.found(k.violations, true), s.found(r.Violations, false); a != b {
		s.differs("it ends in %s, not in %s", b, a)
		return
	}
	if s.set(k.parked) != r.Parked() {
		s.differs("other tasks wait in the end")
		return
	}
	for set, i := k.parked, 0; set != 0; set, i = set&(set-1), i+1 {
		t := s.tasks[lowest(set)]
		a, b := &k.pending[i], r.Pending(int(t))
		if what := s.unlike(pendingStep(a), pendingStep(b)); what != "" {
			s.differs("%s waits with %s in the end", r.w.tasks[t].name, what)
		}
	}
}

// pendingStep returns an operation as a step that has not been made.
func pendingStep(p *Pending) *Step {
	s := &Step{Kind: p.Kind, Cmp: p.Cmp, Obj: p.Obj, Obj2: p.Obj2, N: p.N, New: p.New}
	if p.Kind == OpSpawn {
		s.Kind = OpYield // the task does not exist
	}
	return s
}

// found lists violations that came after a step, with tasks exchanged if they are
// of the execution that is repeated. A site may be the name of an object or a cell
// that belongs to a task, or to what a task has: numbers in it are left out. What
// can be found of several tasks that are stuck is named after the first.
func (s *exchanger) found(list []Violation, exchange bool) string {
	var all []string
	for i := range list {
		v := &list[i]
		if v.Step < 0 {
			continue
		}
		site := v.Site
		if v.Kind == KindStuck || v.Kind == KindDeadlock || v.Kind == KindSelfDeadlock {
			site = ""
		}
		if exchange {
			site = s.rename(site)
		}
		all = append(all, fmt.Sprintf("%v %s at step %d", v.Kind, strings.Map(noDigit, site), v.Step))
	}
	if all == nil {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

func noDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

// rename puts the names of tasks into a site that they have in the repetition.
func (s *exchanger) rename(site string) string {
	for i, name := range s.e.names {
		if j := int(s.tasks[i]); i != j && strings.Contains(site, name) {
			return strings.ReplaceAll(site, name, s.e.names[j])
		}
	}
	return site
}
