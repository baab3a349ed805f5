using System.Runtime.Intrinsics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// What <see cref="Fir"/> needs of a vector register: as many floats as it holds, treated alike. The multiply-add is
/// fused (one rounding) at every width, as <see cref="MathF.FusedMultiplyAdd"/> is for one float, so all widths agree
/// to the last bit. Every processor in use has it (x64 with AVX2, ARM64); one without computes it in software, right but
/// a hundred times slower.
/// </summary>
internal interface ILanes<TVector>
{
    static abstract int Count { get; }

    static abstract TVector Load(ref readonly float start, nuint index);

    static abstract TVector Broadcast(float value);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract void Store(TVector value, ref float start, nuint index);
}

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly struct Lanes16 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static Vector512<float> Load(ref readonly float start, nuint index) => Vector512.LoadUnsafe(in start, index);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    public static void Store(Vector512<float> value, ref float start, nuint index) => value.StoreUnsafe(ref start, index);
}

/// <summary>Eight floats: AVX2 with FMA.</summary>
internal readonly struct Lanes8 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Load(ref readonly float start, nuint index) => Vector256.LoadUnsafe(in start, index);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    public static void Store(Vector256<float> value, ref float start, nuint index) => value.StoreUnsafe(ref start, index);
}

/// <summary>Four floats: NEON, and whatever else there is.</summary>
internal readonly struct Lanes4 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Load(ref readonly float start, nuint index) => Vector128.LoadUnsafe(in start, index);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    public static void Store(Vector128<float> value, ref float start, nuint index) => value.StoreUnsafe(ref start, index);
}
