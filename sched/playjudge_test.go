package sched

import (
	"fmt"
	"slices"
	"strings"
)

// judge performs a play without the engine: every execution, one step at a time,
// from the text of the package's documentation alone.
type judge struct {
	p     *play
	words [playWords]uint64
	owner [playLocks]int // -1: free
	write int            // holder of the reader/writer lock for writing, -1: none
	reads [mostRoles]int
	queue [playConds][]int
	tasks [mostRoles]player
	wrong []string // violations

	steps    []played
	last     int
	preempts int
}

type player struct {
	status string // "": it does not exist
	pc     int
	acc    uint64
	waking bool // it has begun to wait at a condition variable
	woken  bool
	kids   []int
}

// played is a step: who did what, and how it used which objects. An object is a
// letter and a number.
type played struct {
	role int
	text string
	mode byte // r reads, a adds, s shares, w writes; 0: no object
	objs []string
	made int // spawned role, -1
	join int // joined role, -1
}

func newJudge(p *play) *judge {
	j := &judge{p: p, owner: [playLocks]int{-1, -1}, write: -1, last: -1}
	for i := range p.roles {
		if p.roles[i].parent < 0 {
			j.tasks[i].status = "runs"
		}
	}
	for i := range p.roles {
		if p.roles[i].parent < 0 {
			j.goOn(i)
		}
	}
	return j
}

func (j *judge) clone() *judge {
	c := *j
	for i := range c.queue {
		c.queue[i] = slices.Clone(c.queue[i])
	}
	for i := range c.tasks {
		c.tasks[i].kids = slices.Clone(c.tasks[i].kids)
	}
	c.wrong = slices.Clone(c.wrong)
	c.steps = slices.Clone(c.steps)
	return &c
}

// fail ends task r by a violation.
func (j *judge) fail(r int, kind Kind, site string) {
	j.tasks[r].status = "failed"
	j.wrong = append(j.wrong, fmt.Sprint(j.p.name(r), " ", kind, " ", site))
}

// next returns the act that task r is at.
func (j *judge) next(r int) *act { return &j.p.roles[r].code[j.tasks[r].pc] }

// goOn runs task r up to its next step.
func (j *judge) goOn(r int) {
	t := &j.tasks[r]
	for ; t.pc < len(j.p.roles[r].code); t.pc++ {
		a := j.next(r)
		if t.acc&a.mask != a.want {
			continue
		}
		switch {
		case a.op == "fail":
			j.fail(r, KindAssertion, fmt.Sprint("f", t.pc))
			return
		case a.op == "panic":
			j.fail(r, KindPanic, "panic")
			return
		case a.op == "join" && a.on >= len(t.kids), a.op == "meet" && (a.on == r || j.p.roles[a.on].parent >= 0):
			continue
		case j.p.blocks:
		case a.op == "lock" && j.owner[a.on] == r:
			j.fail(r, KindSelfDeadlock, fmt.Sprint("m", a.on))
			return
		case a.op == "rlock" && j.write == r, a.op == "wlock" && (j.write == r || j.reads[r] > 0):
			j.fail(r, KindSelfDeadlock, "rw")
			return
		}
		return
	}
	t.status = "done"
}

// can reports whether task r can make its next step.
func (j *judge) can(r int) bool {
	t := &j.tasks[r]
	if t.status != "runs" {
		return false
	}
	switch a := j.next(r); {
	case t.waking:
		return t.woken && j.owner[a.n] < 0
	case a.op == "lock":
		return j.owner[a.on] < 0
	case a.op == "rlock":
		return j.write < 0
	case a.op == "wlock":
		return j.write < 0 && j.reads == [mostRoles]int{}
	case a.op == "await":
		v, n := int64(j.words[a.on]), int64(a.n)
		return []bool{v == n, v != n, v < n, v > n}[a.cmp]
	case a.op == "join":
		return j.tasks[t.kids[a.on]].status == "done"
	case a.op == "meet":
		return j.tasks[a.on].status == "done"
	}
	return true
}

// step makes the next step of task r; value is that of its data choice.
func (j *judge) step(r int, value uint64) {
	if j.last >= 0 && j.last != r && j.can(j.last) {
		j.preempts++
	}
	j.last = r
	t, a := &j.tasks[r], j.next(r)
	s := played{role: r, text: fmt.Sprint(t.pc, " ", t.waking, " ", value), made: -1, join: -1}
	ok := j.perform(r, t, a, value, &s)
	j.steps = append(j.steps, s)
	if !ok {
		return // it failed
	}
	if t.waking = a.op == "wait" && !t.waking; !t.waking {
		t.pc++
		j.goOn(r)
	}
	if a.op == "spawn" {
		j.goOn(a.on)
	}
	word := s.mode != 0 && s.mode != 'r' && (s.objs[0] == "x0" || s.objs[0] == "x1")
	if j.p.never && word && j.words[0] == 1 && j.words[1] == 1 && t.status != "failed" {
		j.fail(r, KindProperty, "never")
	}
}

// perform does what the act says and notes how it used what. It is false if the
// task failed.
func (j *judge) perform(r int, t *player, a *act, value uint64, s *played) bool {
	switch a.op {
	case "load", "store", "add", "inc", "cas", "swap", "or", "and", "await":
		j.word(t, a, s)
	case "lock", "unlock", "try":
		return j.lock(r, t, a, s)
	case "rlock", "runlock", "wlock", "wunlock":
		return j.rw(r, a, s)
	case "wait", "signal", "broadcast":
		return j.cond(r, t, a, s)
	case "choose":
		t.acc = learned(t.acc, value)
	case "spawn":
		t.kids = append(t.kids, a.on)
		j.tasks[a.on].status = "runs"
		s.made = a.on
	case "join":
		s.join = t.kids[a.on]
	case "meet":
		s.join = a.on
	}
	return true
}

func (j *judge) word(t *player, a *act, s *played) {
	x := &j.words[a.on]
	old := *x
	s.mode, s.objs = 'w', []string{fmt.Sprint("x", a.on)}
	read := old
	switch a.op {
	case "load", "await":
		s.mode = 'r'
	case "store":
		*x = a.n
	case "add":
		*x += a.n
		read = *x
	case "inc":
		*x += a.n
		s.mode = 'a'
	case "swap":
		*x = a.n
	case "or":
		*x |= a.n
	case "and":
		*x &= a.n
	case "cas":
		read = 0
		if old == a.n {
			*x, read = a.m, 1
		} else {
			s.mode = 'r'
		}
	}
	if a.op != "store" && a.op != "inc" {
		t.acc = learned(t.acc, read)
	}
}

func (j *judge) lock(r int, t *player, a *act, s *played) bool {
	m := &j.owner[a.on]
	s.mode, s.objs = 'w', []string{fmt.Sprint("m", a.on)}
	switch {
	case a.op == "lock":
		*m = r
	case a.op == "try" && *m < 0:
		*m = r
		t.acc = learned(t.acc, 1)
	case a.op == "try":
		t.acc = learned(t.acc, 0)
		s.mode = 'r'
	case *m != r:
		j.fail(r, KindMisuse, s.objs[0])
		return false
	default:
		*m = -1
	}
	return true
}

func (j *judge) rw(r int, a *act, s *played) bool {
	s.mode, s.objs = 'w', []string{"rw"}
	switch a.op {
	case "rlock":
		s.mode = 's'
		j.reads[r]++
	case "wlock":
		j.write = r
	case "runlock":
		s.mode = 's'
		if j.reads[r] == 0 {
			j.fail(r, KindMisuse, "rw")
			return false
		}
		j.reads[r]--
	case "wunlock":
		if j.write != r {
			j.fail(r, KindMisuse, "rw")
			return false
		}
		j.write = -1
	}
	return true
}

func (j *judge) cond(r int, t *player, a *act, s *played) bool {
	q := &j.queue[a.on]
	s.mode, s.objs = 'w', []string{fmt.Sprint("c", a.on)}
	switch {
	case a.op == "wait":
		s.objs = append(s.objs, fmt.Sprint("m", a.n))
		if t.waking {
			j.owner[a.n] = r
			t.woken = false
			return true
		}
		if j.owner[a.n] != r {
			j.fail(r, KindMisuse, s.objs[0])
			return false
		}
		j.owner[a.n] = -1
		*q = append(*q, r)
	case a.op == "signal" && len(*q) > 0:
		j.tasks[(*q)[0]].woken = true
		*q = (*q)[1:]
	case a.op == "broadcast":
		for _, u := range *q {
			j.tasks[u].woken = true
		}
		*q = nil
	}
	return true
}

// end describes where an execution has come to.
func (j *judge) end() string {
	if len(j.wrong) == 0 {
		stuck := false
		for i := range j.p.roles {
			stuck = stuck || j.tasks[i].status == "runs" && !j.p.roles[i].daemon
		}
		if !stuck && j.p.bad && j.words[0] == 2 {
			j.wrong = append(j.wrong, " property bad")
		}
	}
	var b strings.Builder
	fmt.Fprint(&b, j.words)
	for i := range j.p.roles {
		fmt.Fprintf(&b, " %s%d", j.tasks[i].status, j.tasks[i].acc)
	}
	slices.Sort(j.wrong)
	fmt.Fprint(&b, " ", strings.Join(j.wrong, ","))
	return b.String()
}

// verdicts is what the judge knows of a play.
type verdicts struct {
	most       int // executions at most; if there are more, the rest is not known
	executions int
	within     []int          // executions with exactly so many preemptions
	ends       map[string]int // least preemptions
	traces     map[string]int // least preemptions
	wrong      map[string]bool
}

// judged performs every execution of p, at most most.
func judgedPlay(p *play, most int) *verdicts {
	v := &verdicts{most: most, ends: map[string]int{}, traces: map[string]int{}, wrong: map[string]bool{}}
	v.perform(newJudge(p))
	return v
}

func (v *verdicts) perform(j *judge) {
	if v.executions > v.most {
		return
	}
	over := true
	for r := range j.p.roles {
		if !j.can(r) {
			continue
		}
		over = false
		values := uint64(1)
		if a := j.next(r); a.op == "choose" {
			values = a.n
		}
		for value := range values {
			c := j.clone()
			c.step(r, value)
			v.perform(c)
		}
	}
	if !over {
		return
	}
	v.executions++
	for len(v.within) <= j.preempts {
		v.within = append(v.within, 0)
	}
	v.within[j.preempts]++
	least(v.ends, j.end(), j.preempts)
	least(v.traces, j.trace(), j.preempts)
	for _, w := range j.wrong {
		v.wrong[w] = true
	}
}

func least(m map[string]int, key string, n int) {
	if old, ok := m[key]; !ok || n < old {
		m[key] = n
	}
}

// upTo returns the number of entries with at most k preemptions.
func upTo(m map[string]int, k int) (n int) {
	for _, least := range m {
		if least <= k {
			n++
		}
	}
	return n
}

// trace returns the Foata normal form of the steps: all executions that differ
// only in the order of steps that commute have the same.
func (j *judge) trace() string {
	var rows [][]string
	level := make([]int, len(j.steps))
	for i := range j.steps {
		for k := range i {
			if j.ordered(&j.steps[k], &j.steps[i]) {
				level[i] = max(level[i], level[k]+1)
			}
		}
		for len(rows) <= level[i] {
			rows = append(rows, nil)
		}
		rows[level[i]] = append(rows[level[i]], fmt.Sprint(j.steps[i].role, " ", j.steps[i].text))
	}
	var b strings.Builder
	for _, row := range rows {
		slices.Sort(row)
		fmt.Fprintln(&b, strings.Join(row, ", "))
	}
	return b.String()
}

// ordered reports whether b cannot come before a, which comes before it.
func (j *judge) ordered(a, b *played) bool {
	if a.role == b.role || a.made == b.role || b.join == a.role {
		return true
	}
	if a.mode == 0 || b.mode == 0 {
		return false
	}
	changes := func(s *played) bool {
		return j.p.never && s.mode != 'r' && (s.objs[0] == "x0" || s.objs[0] == "x1")
	}
	if changes(a) && changes(b) {
		return true
	}
	if a.mode == b.mode && a.mode != 'w' {
		return false
	}
	for _, x := range a.objs {
		if slices.Contains(b.objs, x) {
			return true
		}
	}
	return false
}
