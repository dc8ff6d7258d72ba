// The rewriting of one method body. A call is changed in place into the push of its site, and the new call is put after it: what branches
// to the call, starts or ends a handler at it, or has its line number there then still points at the right instruction.

using Faultline.Api;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Faultline.Weaver.Rewriting;

internal sealed class CallRewriter(RoutingTargets targets, FunctionPointerThunks thunks, SiteList sites, UnroutedCallList unrouted)
{
    /// <summary>Rewrites the calls of one body; bodies without one are left untouched.</summary>
    public void Rewrite(MethodDefinition method) => Rewrite(method, null);

    /// <summary>Rewrites the body of a stub's twin, whose calls have the site that the stub's caller gives.</summary>
    public void RewriteTwin(MethodDefinition twin) => Rewrite(twin, twin.Parameters[^1]);

    private void Rewrite(MethodDefinition method, ParameterDefinition? givenSite)
    {
        List<(Instruction At, RoutingTarget Target)>? hits = null;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference called || targets.Find(called) is not { } target)
                continue;

            // An extern that is reached in another way is routed all the same, by its new body.
            if (instruction.OpCode.Code is Code.Call or Code.Ldftn)
                (hits ??= []).Add((instruction, target));
            else if (!target.Api.IsPInvoke)
                unrouted.Add(target.Api.DisplayName, method, instruction.OpCode.Code == Code.Ldtoken
                    ? "captured as data (an expression tree), not called"
                    : $"used by the instruction {instruction.OpCode.Name}, which the weaver does not rewrite");
        }

        if (hits is null)
            return;

        // Sites are numbered while offsets are still those of the file, by which sequence points are found.
        int[] ids = new int[hits.Count];
        for (int i = 0; givenSite is null && i < ids.Length; i++)
            ids[i] = sites.Add(method, hits[i].At, hits[i].Target.Api);

        // Long forms first, and short ones again where they still fit: inserting may push a short branch's target out of its reach.
        method.Body.SimplifyMacros();
        for (int i = 0; i < hits.Count; i++)
        {
            if (hits[i].At.OpCode.Code == Code.Ldftn)
                hits[i].At.Operand = thunks.For(hits[i].Target, ids[i]);
            else
                RewriteCall(method.Body, hits[i].At, hits[i].Target.Method, ids[i], givenSite);
        }

        method.Body.OptimizeMacros();
    }

    private static void RewriteCall(MethodBody body, Instruction call, MethodReference facade, int site, ParameterDefinition? givenSite)
    {
        if (call.Previous is { OpCode.Code: Code.Tail } prefix)
            prefix.OpCode = OpCodes.Nop;
        call.OpCode = givenSite is null ? OpCodes.Ldc_I4 : OpCodes.Ldarg;
        call.Operand = givenSite is null ? site : givenSite;
        body.GetILProcessor().InsertAfter(call, Instruction.Create(OpCodes.Call, facade));
    }
}
