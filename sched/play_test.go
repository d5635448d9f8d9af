package sched

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// play is a generated program that uses nearly every operation of the package,
// also wrongly. It is data, so that two parties can perform it that share
// nothing: the engine (playrun_test.go) and a small interpreter that knows every
// execution (playjudge_test.go).
type play struct {
	seed  uint64
	roles []role // of tasks; those of Setup come first, in order

	blocks bool // Program.BlockSelfDeadlock
	never  bool // a property: x0 and x1 are never 1 at once
	bad    bool // a property of the end: x0 is not 2
}

// role is what one task does. There is at most one task of each role.
type role struct {
	parent int // role that spawns it, -1: Setup
	daemon bool
	code   []act
}

func (p *play) name(r int) string { return fmt.Sprint("r", r) }

// act is an operation, which is left out unless acc&mask == want, acc being what
// the task has read so far, in short.
type act struct {
	op         string
	on         int // object, role, or index of a child
	n, m       uint64
	cmp        Cmp
	mask, want uint64
}

const (
	playWords  = 3
	playLocks  = 2
	playConds  = 2
	accKinds   = 16 // values of acc
	mostRoles  = 7
	mostOfRole = 6 // operations
)

// learned returns acc after a task with acc has read v.
func learned(acc, v uint64) uint64 { return (acc*3 + v + 1) % accKinds }

func (a act) String() string {
	s := fmt.Sprint(a.op, " ", a.on)
	switch a.op {
	case "store", "inc", "add", "swap", "or", "and", "choose":
		s += fmt.Sprint(" ", a.n)
	case "cas":
		s += fmt.Sprint(" ", a.n, "->", a.m)
	case "await":
		s += fmt.Sprint(" ", a.cmp, a.n)
	case "wait":
		s += fmt.Sprint(" with ", a.n)
	}
	if a.mask != 0 {
		s += fmt.Sprintf(" if acc&%d=%d", a.mask, a.want)
	}
	return s
}

func (p *play) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "play %d, blocks %v, never %v, bad %v", p.seed, p.blocks, p.never, p.bad)
	for i, r := range p.roles {
		fmt.Fprintf(&b, "\n%s, of %d, daemon %v:", p.name(i), r.parent, r.daemon)
		for _, a := range r.code {
			fmt.Fprintf(&b, " %v;", a)
		}
	}
	return b.String()
}

// author writes plays.
type author struct {
	*rand.Rand
	p *play
}

// newPlay writes the play of a seed. Plays of different seeds favour different
// operations.
func newPlay(seed uint64) *play {
	a := &author{rand.New(rand.NewPCG(seed, 77)), &play{seed: seed}}
	a.p.blocks = a.IntN(4) == 0
	a.p.never = a.IntN(3) == 0
	a.p.bad = a.IntN(4) == 0
	favour := a.favours()
	setup := 2 + a.IntN(3)
	for range setup {
		a.p.roles = append(a.p.roles, role{parent: -1})
	}
	if a.IntN(5) == 0 {
		a.p.roles[setup-1].daemon = true
	}
	for i := 0; i < len(a.p.roles); i++ {
		n := 1 + a.IntN(4)
		if a.p.roles[i].parent >= 0 {
			n = a.IntN(3)
		}
		for k := 0; k < n; k++ {
			a.add(i, favour[a.IntN(len(favour))])
		}
	}
	return a.p
}

// favours returns kinds of scenes, those that this play is about more often.
func (a *author) favours() []string {
	groups := [][]string{
		{"load", "store", "add", "inc", "cas", "swap", "or", "and", "await"},
		{"section", "section", "try", "lock", "unlock", "double"},
		{"reading", "writing", "rlock", "wlock", "runlock", "wunlock", "upgrade"},
		{"waiting", "waiting", "signal", "broadcast", "signalling", "wait"},
		{"spawn", "join", "spawn", "join", "meet"},
		{"choose", "yield", "syscall", "fail", "panic"},
	}
	all := []string{"load", "store", "section"}
	for _, g := range groups {
		for range []int{0, 1, 3, 6}[a.IntN(4)] {
			all = append(all, g...)
		}
	}
	return all
}

// add adds a scene of one or some acts to role r.
func (a *author) add(r int, scene string) {
	on := a.IntN(2)
	switch scene {
	case "section":
		a.act(r, act{op: "lock", on: on})
		a.inner(r)
		a.act(r, act{op: "unlock", on: on})
	case "double":
		a.act(r, act{op: "lock", on: on})
		a.act(r, act{op: "lock", on: 1 - on})
		a.act(r, act{op: "unlock", on: on})
		a.act(r, act{op: "unlock", on: 1 - on})
	case "try":
		a.act(r, act{op: "try", on: on})
		a.act(r, act{op: "unlock", on: on, mask: 1, want: 1}) // right now and then
	case "reading":
		a.act(r, act{op: "rlock"})
		a.inner(r)
		a.act(r, act{op: "runlock"})
	case "writing":
		a.act(r, act{op: "wlock"})
		a.inner(r)
		a.act(r, act{op: "wunlock"})
	case "upgrade":
		a.act(r, act{op: "rlock"})
		a.act(r, act{op: "wlock"})
	case "waiting":
		a.act(r, act{op: "lock", on: on})
		a.act(r, act{op: "wait", on: a.IntN(playConds), n: uint64(on)})
		a.inner(r)
		a.act(r, act{op: "unlock", on: on})
	case "signalling":
		a.act(r, act{op: "lock", on: on})
		a.act(r, act{op: []string{"signal", "broadcast"}[a.IntN(2)], on: a.IntN(playConds)})
		a.act(r, act{op: "unlock", on: on})
	case "meet":
		a.act(r, act{op: "meet", on: a.IntN(2)})
	default:
		a.single(r, scene)
	}
}

// inner adds something inside a section, now and then.
func (a *author) inner(r int) {
	if a.IntN(2) == 0 {
		a.single(r, []string{"load", "store", "inc", "signal", "cas"}[a.IntN(5)])
	}
}

// single adds one act.
func (a *author) single(r int, op string) {
	c := act{op: op, on: a.IntN(2), n: uint64(a.IntN(3)), m: uint64(a.IntN(3))}
	switch op {
	case "load", "store", "add", "inc", "cas", "swap", "or", "and":
		c.on = min(a.IntN(playWords+1), playWords-1)
	case "await":
		c.cmp = Cmp(a.IntN(4))
	case "wait":
		c.n = uint64(a.IntN(playLocks))
	case "choose":
		c.n = 2 + uint64(a.IntN(2))
	case "fail", "panic":
		c.mask = 1 + uint64(a.IntN(3))
		c.want = c.mask & uint64(a.IntN(4))
	case "spawn":
		if len(a.p.roles) >= mostRoles {
			return
		}
		c.on = len(a.p.roles)
		a.p.roles = append(a.p.roles, role{parent: r})
	}
	if c.mask == 0 && a.IntN(4) == 0 {
		c.mask = []uint64{1, 2, 3}[a.IntN(3)]
		c.want = c.mask & uint64(a.IntN(4))
	}
	a.act(r, c)
}

func (a *author) act(r int, c act) {
	if code := &a.p.roles[r].code; len(*code) < mostOfRole {
		*code = append(*code, c)
	}
}
