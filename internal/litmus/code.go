package litmus

import "fmt"

// Code says what an operation does.
type Code uint8

// The operations of the format.
const (
	Read    Code = iota // acc := X
	Write               // X := E
	Add                 // acc := X; X := X+N, atomically
	Inc                 // X := X+N; acc stays
	CAS                 // if X = E then X := E2, acc := 1, else acc := 0
	Lock                // takes a mutex, waits until it is free
	Unlock              // gives a mutex back
	TryLock             // takes a mutex if it is free: acc := 1, else acc := 0
	RLock               // takes a rwmutex for reading
	RUnlock             // gives one read hold back
	WLock               // takes a rwmutex for writing
	WUnlock             // gives the write hold back
	Set                 // acc := E; no step
	Skip                // jumps over N operations unless Cond holds of acc; no step
	Assert              // a violation unless Cond holds of acc; no step
	Wait                // waits until Cond holds of X, then acc := X
	numCodes
)

// Local reports whether the operation is no step of its own: it runs as part
// of the step before it, or at the start of the execution.
func (c Code) Local() bool { return c == Set || c == Skip || c == Assert }

// String returns the word of the operation.
func (c Code) String() string {
	if c < numCodes {
		return shapes[c].word
	}
	return fmt.Sprintf("Code(%d)", uint8(c))
}

// shape is how an operation is written: its word and then its operands.
type shape struct {
	word     string
	operands []operand
}

// usage returns the shape as the format's description writes it.
func (s *shape) usage() string {
	u := s.word
	for _, o := range s.operands {
		u += " " + operandWords[o]
	}
	return u
}

// operand is one word, or the three words of a condition, after an operation's word.
type operand uint8

const (
	anyVar operand = iota
	aMutex
	aRWMutex
	expr
	expr2
	number
	count
	unless
	accCond
	cond
)

// operandWords are the operands as the format's description writes them.
var operandWords = [...]string{
	anyVar:   "X",
	aMutex:   "M",
	aRWMutex: "M",
	expr:     "E",
	expr2:    "E2",
	number:   "N",
	count:    "K",
	unless:   "unless",
	accCond:  "acc == N",
	cond:     "== N",
}

// shapes has every operation: the parser and the printer read it.
var shapes = [numCodes]shape{
	Read:    {"read", []operand{anyVar}},
	Write:   {"write", []operand{anyVar, expr}},
	Add:     {"add", []operand{anyVar, number}},
	Inc:     {"inc", []operand{anyVar, number}},
	CAS:     {"cas", []operand{anyVar, expr, expr2}},
	Lock:    {"lock", []operand{aMutex}},
	Unlock:  {"unlock", []operand{aMutex}},
	TryLock: {"trylock", []operand{aMutex}},
	RLock:   {"rlock", []operand{aRWMutex}},
	RUnlock: {"runlock", []operand{aRWMutex}},
	WLock:   {"wlock", []operand{aRWMutex}},
	WUnlock: {"wunlock", []operand{aRWMutex}},
	Set:     {"set", []operand{expr}},
	Skip:    {"skip", []operand{count, unless, accCond}},
	Assert:  {"assert", []operand{accCond}},
	Wait:    {"wait", []operand{anyVar, cond}},
}
