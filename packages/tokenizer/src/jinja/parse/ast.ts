import type { BinaryOperator } from '../operators/arithmetic.ts';
import type { OrderOperator } from '../value/compare.ts';
import type { Value } from '../value/value.ts';

export type CallArguments = {
  positional: Expression[];
  named: { name: string; value: Expression }[];
  /** `*values` */
  rest: Expression | undefined;
  /** `**values` */
  namedRest: Expression | undefined;
};

export type CompareOperator = '==' | '!=' | OrderOperator | 'in' | 'not in';

type Located<T> = T & { line: number };

type Name = Located<{ kind: 'name'; name: string }>;
type NamespaceReference = Located<{ kind: 'reference'; name: string; attribute: string }>;
type TupleExpression = Located<{ kind: 'tuple'; items: Expression[] }>;
export type Call = Located<{ kind: 'call'; callee: Expression; given: CallArguments }>;
export type FilterExpression = Located<{
  kind: 'filter';
  /** Undefined where the filter is applied to what a block printed. */
  value: Expression | undefined;
  name: string;
  given: CallArguments;
}>;

export type Expression =
  | Located<{ kind: 'constant'; value: Value }>
  | Name
  | TupleExpression
  | Located<{ kind: 'list'; items: Expression[] }>
  | Located<{ kind: 'dict'; entries: [key: Expression, value: Expression][] }>
  | Located<{ kind: 'attribute'; value: Expression; name: string }>
  | Located<{ kind: 'item'; value: Expression; key: Expression }>
  | Located<{ kind: 'slice'; value: Expression; bounds: (Expression | undefined)[] }>
  | Call
  | FilterExpression
  | Located<{ kind: 'test'; value: Expression; name: string; given: CallArguments }>
  | Located<{ kind: 'unary'; operator: '-' | '+' | 'not'; value: Expression }>
  | Located<{ kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }>
  | Located<{ kind: 'logic'; operator: 'and' | 'or'; left: Expression; right: Expression }>
  | Located<{ kind: 'concat'; parts: Expression[] }>
  | Located<{ kind: 'compare'; first: Expression; rest: [CompareOperator, Expression][] }>
  | Located<{
      kind: 'choice';
      test: Expression;
      value: Expression;
      otherwise: Expression | undefined;
    }>;

/** What can stand left of `=`, or between `for` and `in`. */
export type Target = Name | NamespaceReference | Located<{ kind: 'targets'; items: Target[] }>;

export type Signature = { name: string; otherwise: Expression | undefined }[];

export type Statement =
  | Located<{ kind: 'text'; text: string }>
  | Located<{ kind: 'print'; value: Expression }>
  | Located<{
      kind: 'if';
      test: Expression;
      body: Statement[];
      /** The `elif` branches, each an `if` of its own. */
      others: { test: Expression; body: Statement[] }[];
      otherwise: Statement[];
    }>
  | Located<{
      kind: 'for';
      target: Target;
      items: Expression;
      test: Expression | undefined;
      isRecursive: boolean;
      body: Statement[];
      otherwise: Statement[];
      scopes: { body: Scope; test: Scope; otherwise: Scope };
    }>
  | Located<{ kind: 'set'; target: Target; value: Expression }>
  | Located<{
      kind: 'capture';
      target: Target;
      filter: FilterExpression | undefined;
      body: Statement[];
      scope: Scope;
    }>
  | Located<{
      kind: 'with';
      targets: Target[];
      values: Expression[];
      body: Statement[];
      scope: Scope;
    }>
  | Located<{ kind: 'macro'; name: string; macro: MacroBody }>
  | Located<{ kind: 'callBlock'; call: Call; macro: MacroBody }>
  | Located<{ kind: 'filterBlock'; filter: FilterExpression; body: Statement[]; scope: Scope }>
  | Located<{ kind: 'generation'; body: Statement[]; scope: Scope }>
  | Located<{ kind: 'break' | 'continue' }>;

export type MacroBody = {
  parameters: Signature;
  body: Statement[];
  scope: Scope;
  /** Special names that the body reads, each given without being a parameter. */
  reads: { caller: boolean; varargs: boolean; kwargs: boolean };
};

/** What a name of a scope is when the scope is entered. */
export type Load = 'parameter' | 'outer' | 'context' | 'nothing';

/** The names that a scope has of its own, in the order in which they are met. */
export type Scope = { loads: Map<string, Load> };

export type TemplateTree = { body: Statement[]; scope: Scope; hasGenerationTags: boolean };
