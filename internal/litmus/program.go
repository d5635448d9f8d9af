package litmus

import "fmt"

// Program is a checked litmus program: every name is resolved, every lock
// operation is on a lock of the right kind, every number is in range.
type Program struct {
	Name    string
	Objects []Object // mutexes, rwmutexes and variables, in the order of the file
	Tasks   []Task   // at least one
	Finals  []Final
}

// Kind says what an object is.
type Kind uint8

// The kinds of object.
const (
	Var Kind = iota
	Mutex
	RWMutex
)

// String returns the word that declares an object of this kind.
func (k Kind) String() string {
	switch k {
	case Var:
		return "var"
	case Mutex:
		return "mutex"
	case RWMutex:
		return "rwmutex"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Object is a variable or a lock.
type Object struct {
	Kind Kind
	Name string
	Init int64 // first value of a variable, 0 for locks
}

// Task is one task and its operations, in program order.
type Task struct {
	Name string
	Ops  []Op
}

// Op is one operation of a task. Fields that Code does not use are zero.
type Op struct {
	Code   Code
	Object int   // index in Program.Objects, -1 for Set, Skip and Assert
	E      Expr  // Write, Set; the expected value of CAS
	E2     Expr  // the new value of CAS
	N      int64 // Add, Inc: what is added; Skip: how many operations are jumped over, at least 1
	Cond   Cond  // Skip, Assert (on acc), Wait (on the variable)
}

// Expr is the expression N, or acc+N where Acc is set; the sum wraps.
type Expr struct {
	Acc bool
	N   int64
}

// Eval returns the value of e where the register is acc.
func (e Expr) Eval(acc int64) int64 {
	if e.Acc {
		return acc + e.N
	}
	return e.N
}

// Cond compares something with N.
type Cond struct {
	Cmp Cmp
	N   int64
}

// Holds reports whether the condition is true of v.
func (c Cond) Holds(v int64) bool {
	switch c.Cmp {
	case Eq:
		return v == c.N
	case Ne:
		return v != c.N
	case Lt:
		return v < c.N
	case Gt:
		return v > c.N
	}
	panic(fmt.Sprintf("litmus: unknown comparison %d", c.Cmp))
}

// Cmp is a comparison of two signed numbers.
type Cmp uint8

// The comparisons of the format.
const (
	Eq Cmp = iota
	Ne
	Lt
	Gt
)

var cmpWords = [...]string{Eq: "==", Ne: "!=", Lt: "<", Gt: ">"}

// String returns the operator as it is written.
func (c Cmp) String() string {
	if int(c) < len(cmpWords) {
		return cmpWords[c]
	}
	return fmt.Sprintf("Cmp(%d)", uint8(c))
}

// Final is a condition on a variable that must hold when all tasks have
// finished without violation.
type Final struct {
	Object int // index of the variable in Program.Objects
	Cond   Cond
}

// Vars returns the indexes of the variables in Program.Objects, in the order of the file.
func (p *Program) Vars() []int {
	var vars []int
	for i, o := range p.Objects {
		if o.Kind == Var {
			vars = append(vars, i)
		}
	}
	return vars
}
