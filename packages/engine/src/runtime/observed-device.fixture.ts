import { bytesPerElement, type Tensor } from '../graph/tensor.ts';
import type { Device, Residency, ResidentProgram, ResidentTensor } from './device.ts';

/** Bytes that went between host and device, and tensors that lie on the device. */
export type Traffic = { sent: number; fetched: number; live: number; mostLive: number };

/** The device, with an account of what goes there, comes back and stays. */
export function observed(device: Device): { readonly device: Device; readonly traffic: Traffic } {
  const { residency } = device;
  if (residency === undefined) throw new Error(`${device.name} has no memory of its own`);
  const traffic: Traffic = { sent: 0, fetched: 0, live: 0, mostLive: 0 };

  function counted(tensor: ResidentTensor): ResidentTensor {
    traffic.live++;
    traffic.mostLive = Math.max(traffic.mostLive, traffic.live);
    const dispose = tensor.dispose.bind(tensor);
    let isLive = true;
    tensor.dispose = () => {
      if (isLive) traffic.live--;
      isLive = false;
      dispose();
    };
    return tensor;
  }
  async function compile(...args: Parameters<Residency['compile']>): Promise<ResidentProgram> {
    const program = await residency!.compile(...args);
    return {
      inputs: program.inputs,
      async run(feeds) {
        for (const feed of Object.values(feeds)) if ('data' in feed) traffic.sent += bytesOf(feed);
        const { host, resident } = await program.run(feeds);
        for (const answer of Object.values(host)) traffic.fetched += bytesOf(answer);
        for (const tensor of Object.values(resident)) counted(tensor);
        return { host, resident };
      },
      dispose: () => program.dispose(),
    };
  }
  return {
    traffic,
    device: {
      ...device,
      residency: {
        holds: (dtype) => residency.holds(dtype),
        compile,
        async upload(tensor) {
          traffic.sent += bytesOf(tensor);
          return counted(await residency.upload(tensor));
        },
        download: (tensor) => residency.download(tensor),
      },
    },
  };
}

function bytesOf({ data, dtype }: Tensor): number {
  return data.length * bytesPerElement(dtype);
}
